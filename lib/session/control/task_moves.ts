/** A task goes on in another process: what is asked of it is to be asked there. */
export class TaskMoves extends Error {
  override readonly name = "TaskMoves";

  constructor(taskId: string) {
    super(`Task ${taskId} goes on in another process`);
  }
}
