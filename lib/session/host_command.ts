/** The hidden command that the detached host runs. */
export const HOST_COMMAND = "__host";

/** What the host says on its standard output once it answers. */
export const HOST_READY = "ready";
