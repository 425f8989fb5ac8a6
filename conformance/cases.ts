import type { Case } from "./case.ts";
import { CANCEL } from "./cases/cancel.ts";
import { COLLECT } from "./cases/collect.ts";
import { DELIVERY } from "./cases/delivery.ts";
import { ERRORS } from "./cases/errors.ts";
import { EXIT } from "./cases/exit.ts";
import { FAILURE } from "./cases/failure.ts";
import { ORDER } from "./cases/order.ts";
import { QUESTIONS } from "./cases/questions.ts";
import { QUEUE } from "./cases/queue.ts";
import { SPAWN } from "./cases/spawn.ts";
import { STEER } from "./cases/steer.ts";

/** Every case by its chapter, in the order in which they are read and run. */
export const CHAPTERS: Readonly<Record<string, readonly Case[]>> = {
  Spawn: SPAWN,
  Queue: QUEUE,
  Order: ORDER,
  Steer: STEER,
  Collect: COLLECT,
  Cancel: CANCEL,
  Failure: FAILURE,
  Questions: QUESTIONS,
  Delivery: DELIVERY,
  Errors: ERRORS,
  Exit: EXIT,
};

/** Every case. */
export const CASES: readonly Case[] = Object.values(CHAPTERS).flat();
