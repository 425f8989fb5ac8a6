/** The hidden command that the detached host runs. */
export const HOST_COMMAND = "__host";

/** What the host says on its standard output once it answers. */
export const HOST_READY = "ready";

/** Before the one line on its standard output that says, as JSON of a {@linkcode HostRefusal}, why it does not run. */
export const HOST_REFUSED = "refused ";

/** Why the host does not run, for whoever started it: what a user can mend. */
export interface HostRefusal {
  readonly message: string;
  readonly hint?: string | undefined;
  readonly exitCode: number;
}
