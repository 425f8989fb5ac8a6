/** What clients of a host may cost it. All of one user: this keeps a mistake of one from the others and from the memory. */
export interface ControlLimits {
  /** Of the first line, before it is known who speaks. */
  readonly greetingBytes: number;
  /** Of every later line: a request with the whole environment of a command and what it was given to read. */
  readonly lineBytes: number;
  /** What waits for one client to read it; past this it is cut off. An answer of any length goes out to one that reads. */
  readonly unreadBytes: number;
  /** From here on nothing more is read of a client, until it reads. */
  readonly pauseBytes: number;
  /** What is held for all clients together, read and unread; past this the one that has most is cut off. */
  readonly totalBytes: number;
  /** What one client may wait for at once. */
  readonly requests: number;
  /** What all clients together may wait for; past this the one that waits for most is cut off. */
  readonly totalRequests: number;
  /** Clients at once; past this one is cut off that said nothing yet, else one that wants nothing, else who wants most. */
  readonly connections: number;
}

const MB = 1024 * 1024;

/** What holds where nothing else is said. */
export const CONTROL_LIMITS: ControlLimits = {
  greetingBytes: 4096,
  lineBytes: 4 * MB,
  unreadBytes: 16 * MB,
  pauseBytes: MB / 64,
  totalBytes: 16 * MB,
  requests: 1000,
  totalRequests: 4000,
  connections: 512,
};
