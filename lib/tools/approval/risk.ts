/** What an agent is about to do, as far as somebody may have to allow it. */
export type Action =
  | { readonly type: "command"; readonly command: string; readonly cwd: string }
  /** Absolute, as written by a file tool. */
  | { readonly type: "write"; readonly path: string }
  /** Absolute, as read or searched by a file tool. */
  | { readonly type: "read"; readonly path: string };

/**
 * Why an action asks first, as what goes on after "it": `deletes directories with all they hold`. The words are also
 * the name of the risk: who allows it for a task or a session allows every action with the same.
 */
export type Risk = string;

/** What the risks of an action depend on. */
export interface RiskGround {
  readonly home: string;
  /** The state directory. */
  readonly hermesHome: string;
  /** Files and directories that hold keys, or decide about agents. */
  readonly secretPaths: readonly string[];
  /** What an absolute path means besides itself: by links and, if it is a pattern, by the names that are there. */
  meaningsOf?(path: string): readonly string[];
}

/** Wiping a disk, a home or all there is. */
export const WIPES: Risk = "wipes a disk, a home directory or the system";
/** Ending the machine. */
export const STOPS: Risk = "stops the machine";
/** A fork bomb. */
export const MULTIPLIES: Risk = "starts itself again and again";
/** Approving, or writing what says what is approved. */
export const DECIDES: Risk = "changes what agents may do";

const NEVER: ReadonlySet<Risk> = new Set([WIPES, STOPS, MULTIPLIES, DECIDES]);

/** Whether nobody can allow what has this risk: it is refused with `--yolo` too. */
export function isNever(risk: Risk): boolean {
  return NEVER.has(risk);
}

/** An action in one line, for the person who is asked. */
export function actionText(action: Action): string {
  return action.type === "command" ? `run: ${action.command}` : `${action.type}: ${action.path}`;
}
