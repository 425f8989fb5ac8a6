/** What an agent is about to do, as far as somebody may have to allow it. */
export type Action =
  | { readonly type: "command"; readonly command: string; readonly cwd: string }
  /** Absolute, as written by a file tool. */
  | { readonly type: "write"; readonly path: string };

/**
 * Why an action asks first, as what goes on after "it": `deletes directories with all they hold`. The words are also
 * the name of the risk: who allows it for a task or a session allows every action with the same.
 */
export type Risk = string;

/** What the risks of an action depend on. */
export interface RiskGround {
  readonly home: string;
  /** Files and directories that hold keys. */
  readonly secretPaths: readonly string[];
}

/** An action in one line, for the person who is asked. */
export function actionText(action: Action): string {
  return action.type === "command" ? `run: ${action.command}` : `write: ${action.path}`;
}
