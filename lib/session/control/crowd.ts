import type { ControlLimits } from "./limits.ts";

/** A client, as its host weighs it. */
export interface CrowdMember {
  /** Whether it has said who it is. */
  readonly isKnown: boolean;
  /** What is held for it, in bytes. */
  readonly heldBytes: number;
  /** What it waits for. */
  readonly requests: number;
  /** Ends it at once; it holds nothing and waits for nothing then. */
  cutOff(): void;
}

/** The most that all of them may cost. */
export type CrowdLimits = Pick<ControlLimits, "totalBytes" | "totalRequests" | "connections">;

/** All clients of a host: what they cost together, and who goes when that is too much. */
export class Crowd<Member extends CrowdMember> {
  readonly #limits: CrowdLimits;
  readonly #members = new Set<Member>();
  #bytes = 0;
  #requests = 0;

  constructor(limits: CrowdLimits) {
    this.#limits = limits;
  }

  /** Takes one in, for whom another may have to go. */
  add(member: Member): void {
    if (this.#members.size >= this.#limits.connections) this.#leastNeeded()?.cutOff();
    this.#members.add(member);
  }

  /** One is gone. */
  remove(member: Member): void {
    this.#members.delete(member);
  }

  /** So many bytes more are held for one of them, or less. */
  hold(bytes: number): void {
    this.#bytes += bytes;
    while (this.#bytes > this.#limits.totalBytes) {
      if (!cutOff(greatest(this.#members, ({ heldBytes }) => heldBytes))) return;
    }
  }

  /** One of them waits for so much more, or less. */
  ask(requests: number): void {
    this.#requests += requests;
    while (this.#requests > this.#limits.totalRequests) {
      if (!cutOff(greatest(this.#members, (member) => member.requests))) return;
    }
  }

  #leastNeeded(): Member | null {
    const members = [...this.#members];
    return members.find(({ isKnown }) => !isKnown) ??
      members.find(({ requests, heldBytes }) => requests === 0 && heldBytes === 0) ??
      greatest(this.#members, (member) => member.requests);
  }
}

function cutOff(member: CrowdMember | null): boolean {
  member?.cutOff();
  return member !== null;
}

/** The first of those that weigh most; null where none weighs anything. */
function greatest<Member>(members: Iterable<Member>, weigh: (member: Member) => number): Member | null {
  let found: Member | null = null;
  let most = 0;
  for (const member of members) {
    const weight = weigh(member);
    if (weight > most) [found, most] = [member, weight];
  }
  return found;
}
