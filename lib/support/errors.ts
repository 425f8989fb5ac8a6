/** What went wrong, as data: the only form in which an error crosses a worker, a socket or a tool result. */
export interface WireError {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly retryable?: boolean;
}

/** Something the user can mend. Shown without a stack: `hermes: message`, then the hint on its own line. */
export class UserError extends Error {
  override readonly name = "UserError";
  readonly hint: string | undefined;
  readonly exitCode: number;

  constructor(message: string, options: { hint?: string; exitCode: number; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.hint = options.hint;
    this.exitCode = options.exitCode;
  }
}

/** A tool call that did not work out. The model reads it and the turn goes on. */
export class ToolFailure extends Error {
  override readonly name = "ToolFailure";
  readonly code: string;
  readonly hint: string | undefined;

  constructor(code: string, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}

/** Why a model request failed; the codes that the retry policy and the exit codes know. */
export type ProviderErrorCode =
  | "bad_request" // 400, 404, 422 and the like: the same request would fail again
  | "context_length"
  | "content_filter"
  | "auth" // 401, 403: the key is missing or refused
  | "quota" // 402 and quota messages: the key has no money
  | "rate_limited" // 429
  | "budget" // refused by the broker: a cap of ours
  | "store" // refused by the broker: a cap of ours cannot be looked up
  | "server" // 5xx
  | "unreachable" // no connection
  | "setup" // no connection until its settings are mended: a certificate, a proxy
  | "timeout" // no byte for too long
  | "malformed" // an answer that is not the protocol
  | "cut"; // the stream ended without a finish reason

/** A model request that failed. `status` is the HTTP status, where there was one. */
export class ProviderError extends Error {
  override readonly name = "ProviderError";
  readonly code: ProviderErrorCode;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  readonly status: number | undefined;
  readonly hint: string | undefined;
  /** The code follows from the status alone: the server did not say what it is about. */
  readonly isGuess: boolean;

  constructor(
    code: ProviderErrorCode,
    message: string,
    options: {
      retryable: boolean;
      retryAfterMs?: number;
      status?: number;
      hint?: string;
      isGuess?: boolean;
      cause?: unknown;
    },
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable;
    this.retryAfterMs = options.retryAfterMs;
    this.status = options.status;
    this.hint = options.hint;
    this.isGuess = options.isGuess ?? false;
  }

  /** The error that a {@linkcode WireError} was made from; its wait and its cause do not travel. */
  static fromWire(error: WireError): ProviderError {
    // The code was a ProviderErrorCode where it was made.
    return new ProviderError(error.code as ProviderErrorCode, error.message, {
      retryable: error.retryable ?? false,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    });
  }
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Any thrown value as a {@linkcode WireError}; what is none of our three kinds is `internal`. */
export function toWireError(error: unknown): WireError {
  if (error instanceof ToolFailure) return withHint({ code: error.code, message: error.message }, error.hint);
  if (error instanceof ProviderError) {
    return withHint({ code: error.code, message: error.message, retryable: error.retryable }, error.hint);
  }
  if (error instanceof UserError) return withHint({ code: "invalid", message: error.message }, error.hint);
  return { code: "internal", message: messageOf(error) };
}

function withHint(error: WireError, hint: string | undefined): WireError {
  return hint === undefined ? error : { ...error, hint };
}
