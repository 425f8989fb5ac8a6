import type { Message } from "../protocol/conversation.ts";
import type { Api, Dialect, Quirk } from "../protocol/dialect.ts";
import { objectOf } from "./loose_values.ts";

/** A response that refused a request. */
export interface Refusal {
  readonly status: number;
  /** Its body as it came. */
  readonly text: string;
}

/** What was sent when it was refused. */
export interface RefusedRequest {
  readonly dialect: Dialect;
  readonly body: Readonly<Record<string, unknown>>;
  readonly messages: readonly Message[];
}

/** What to do differently: another dialect from now on, or without what the messages carried. */
export type Lesson = { readonly dialect: Dialect } | { readonly dropsCarried: true };

/**
 * What a refusal teaches of how its server wants to be asked; null: nothing, or nothing that was not tried. Each lesson
 * is learned once, so that who asks again after one comes to an end.
 */
export function lessonOf(refusal: Refusal, request: RefusedRequest): Lesson | null {
  if (UNTEACHING.has(refusal.status)) return null;
  const text = wordsOf(refusal.text.slice(0, READ_CHARS));
  for (const learn of [otherWire, limitName, limitSize, neededQuirk, refusedField]) {
    const dialect = learn({ ...refusal, text }, request);
    if (dialect !== null) return { dialect: { ...request.dialect, ...dialect } };
  }
  return CARRIED_WORDS.test(text) && request.messages.some(isCarrying) ? { dropsCarried: true } : null;
}

type Learner = (refusal: Refusal, request: RefusedRequest) => Partial<Dialect> | null;

/** They speak of the key, of money or of limits, whatever words are in them. */
const UNTEACHING: ReadonlySet<number> = new Set([401, 402, 403, 429]);

/** More of a refusal is not looked at. */
const READ_CHARS = 20_000;

/** Quotes and backslashes of JSON inside JSON out of the way. */
function wordsOf(text: string): string {
  return text.replaceAll(/\\+["'`]?/g, (escape) => escape.slice(-1) === "\\" ? " " : escape.slice(-1));
}

/** Words by which a server says that it does not know or take something. */
const REFUSES =
  /un(known|supported|recogni[sz]ed|expected|permitted)|not (be )?(supported|permitted|allowed|accepted|valid|recogni[sz]ed|known)|(does|do)( not|n't) (support|accept|allow|recogni[sz]e|exist)|no such|extra(_forbidden| inputs| fields)|additional propert|invalid[ _](parameter|argument|field|param|value|request)|cannot specify|use .{1,60} instead/i;

/** Words that are enough where a field that a request can do without is named. */
const DISLIKES =
  /\binvalid\b|not a valid|deprecated|must be (one of|null|omitted|removed)|not one of|can only be|only .{0,40} (is|are) (supported|allowed)/i;

/** What is listed as known is not what is refused. */
const KNOWN_FIELDS =
  /,? ?\b(expected one of|(known|allowed|valid|supported) (fields|parameters|keys|arguments) (are|is)\b|(known|allowed|valid|supported) (fields|parameters|keys|arguments):)[^]*$/i;

const WIRE_PATHS: readonly (readonly [Api, RegExp])[] = [
  ["responses", /v1\/responses|responses api|\/responses\b/i],
  ["messages", /v1\/messages|messages api/i],
  ["chat", /chat\/completions|chat completions/i],
];

/** A server that names another wire, or does not know the path of this one. */
const otherWire: Learner = ({ status, text }, { dialect }) => {
  if (!dialect.isApiOpen) return null;
  const named = WIRE_PATHS.filter(([, pattern]) => pattern.test(text)).map(([api]) => api);
  const other = named.find((api) => api !== dialect.api);
  const isNamed = other !== undefined && (named.includes(dialect.api) || REFUSES.test(text));
  if (isNamed) return { api: other, isApiOpen: false };
  const knowsNoPath = (status === 404 || status === 405) && !/model|deployment|project/i.test(text);
  return knowsNoPath ? { api: dialect.api === "chat" ? "responses" : "chat", isApiOpen: false } : null;
};

const LIMIT_FIELDS = ["max_tokens", "max_completion_tokens"] as const;

/** The other name of the output limit, once. */
const limitName: Learner = ({ text }, { dialect, body }) => {
  const { limitField } = dialect;
  const isNamedThere = isNamed(text.replace(KNOWN_FIELDS, ""), limitField);
  if (dialect.api !== "chat" || !(limitField in body) || !isNamedThere || !refusesName(text)) return null;
  const other = LIMIT_FIELDS.find((name) => name !== limitField && !dialect.refused.includes(name));
  return other === undefined ? null : { limitField: other, refused: [...dialect.refused, limitField] };
};

function refusesName(text: string): boolean {
  return REFUSES.test(text) || /deprecated|not a valid (parameter|field|argument)/i.test(text);
}

/** `max_tokens: 32000 > 8192, which is the maximum …`, `… at most 4096 completion tokens`, and the like. */
const LIMIT_SIZES =
  /(?:>|at most|less than or equal to|<=|maximum(?: value)?(?: of| is|:)?|up to|between 1 and|range of .{0,30}\[1,) ?"?([\d,]{3,9})\b/i;

/** A smaller output limit. */
const limitSize: Learner = ({ text }, { dialect, body }) => {
  const sent = [...LIMIT_FIELDS, "max_output_tokens"].find((name) => typeof body[name] === "number");
  if (sent === undefined || !/max_?(completion_|output_|new_)?tokens|output tokens/i.test(text)) return null;
  const most = Number(LIMIT_SIZES.exec(text)?.[1]?.replaceAll(",", "") ?? NaN);
  const isSmaller = Number.isInteger(most) && most > 0 && most < Number(body[sent]);
  return isSmaller && most < (dialect.maxOutput ?? Infinity) ? { maxOutput: most } : null;
};

const NEEDS: readonly (readonly [Quirk, RegExp])[] = [
  [
    "reasoning_content",
    /(missing|must be (passed|sent|provided|included)|is required|required)[^]{0,300}reasoning_content|reasoning_content[^]{0,80}(missing|must be (passed|sent|provided|included)|is required)/i,
  ],
  [
    "thought_signature",
    /(missing|lacks|without|requires?) an? `?thought_?signature|thought_?signature[^]{0,60}(missing|required)/i,
  ],
  [
    "text_beside_calls",
    /at least one content element|content['"`]?[^]{0,40}(should be a valid string|expected (a )?string|got null|must not be null|cannot be null|is a required property)/i,
  ],
  ["nine_char_ids", /tool call id[^]{0,120}length of 9/i],
  ["alternating_roles", /roles must alternate|must alternate between|consecutive (user|messages)/i],
  [
    "assistant_after_tools",
    /(unexpected|invalid)? ?role ['"`]?user['"`]? (cannot |can not |must not |may not )?(after|follow)[^]{0,40}tool|after (the )?(tool|function)[^]{0,60}(must|should|expected)[^]{0,40}assistant/i,
  ],
  [
    "system_as_user",
    /(role|messages)[^]{0,60}['"`]?system['"`]?[^]{0,60}(not supported|unsupported|does not support)|does not support ['"`]?system/i,
  ],
];

/** Something that the messages have to have. */
const neededQuirk: Learner = ({ text }, { dialect }) => {
  const needed = NEEDS.find(([quirk, pattern]) => !dialect.quirks.includes(quirk) && pattern.test(text));
  return needed === undefined ? null : { quirks: [...dialect.quirks, needed[0]] };
};

/** What a request can do without. */
const OPTIONAL = [
  ...["stream_options", "include", "tool_choice", "prompt_cache_key", "store", "strict", "cache_control"],
  "phase",
];
/** What messages have where a server is believed to want it. */
const STAND_INS: Readonly<Partial<Record<Quirk, string>>> = {
  reasoning_content: "reasoning_content",
  thought_signature: "extra_content",
};
/** What some servers say of a field without naming it. */
const BY_OTHER_NAMES: readonly (readonly [string, RegExp])[] = [
  ["include", /encrypted content is not supported|reasoning\.encrypted_content/i],
  ["stream_options", /include_usage/i],
];

/** A field that the server does not take: an optional one of the request, or one that it did not write itself. */
const refusedField: Learner = ({ text }, { dialect, body, messages }) => {
  const said = text.replace(KNOWN_FIELDS, "");
  const isRefused = REFUSES.test(said);
  if (!isRefused && !DISLIKES.test(said)) return null;
  const optional = OPTIONAL.filter((name) => name in body || /strict|cache_control|phase/.test(name));
  const others = isRefused ? [...standIns(dialect), ...carriedNames(messages)] : [];
  const fields = [...optional, ...others].filter((name) => !dialect.refused.includes(name));
  const named = fields.filter((name) =>
    isNamed(said, name) || BY_OTHER_NAMES.some(([other, pattern]) => other === name && pattern.test(said))
  );
  return named.length === 0 ? null : { refused: [...dialect.refused, ...named] };
};

/** Words by which a server says that what the messages carry is not what it made. */
const CARRIED_WORDS =
  /encrypted|signature|thinking|reasoning[ _]?(item|content|details)?|could not be (verified|decrypted)|'?rs_[a-z0-9]+/i;

function isCarrying(message: Message): boolean {
  return message.role === "assistant" && (message.carried?.items.length ?? 0) > 0;
}

function standIns({ quirks }: Dialect): readonly string[] {
  return quirks.flatMap((quirk) => STAND_INS[quirk] ?? []);
}

function carriedNames(messages: readonly Message[]): readonly string[] {
  const items = messages.flatMap((message) =>
    message.role === "assistant" ? message.carried?.items ?? [] : []
  );
  return [...new Set(items.flatMap((item) => Object.keys(objectOf(objectOf(item).fields))))];
}

/** Names that are words of every sentence count only where they stand as names. */
const ORDINARY_WORDS = ["include", "store", "strict", "phase"];

function isNamed(text: string, name: string): boolean {
  if (!ORDINARY_WORDS.includes(name)) { // of any characters: servers name what is carried
    return new RegExp(`(?<![A-Za-z0-9_])${RegExp.escape(name)}(?![A-Za-z0-9_])`).test(text);
  }
  const kind = "(parameter|argument|field|property|key|option|supplied|input)s?";
  return new RegExp(`["'\`.\\]]${name}["'\`.:\\[]|${kind}[ :(]+s?[):]* ?${name}\\b|^${name}:`, "im").test(
    text,
  ) ||
    new RegExp(`\\b${name} (${kind}|is not|not) ?`, "i").test(text);
}
