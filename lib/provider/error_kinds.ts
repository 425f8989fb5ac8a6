import type { ProviderErrorCode } from "../support/errors.ts";

/** What an error is about, and whether that is only a guess from its status. */
export interface ErrorKind {
  readonly code: ProviderErrorCode;
  readonly isGuess: boolean;
}

/** The kinds of errors that servers tell by their words. */
type Sign =
  | "context_length"
  | "too_large"
  | "content_filter"
  | "quota"
  | "auth"
  | "model"
  | "rate_limited"
  | "malformed";

/** Words are looked for in messages, codes and types, each on a line of its own. Sources: the servers' references and reports. */
const SIGNS: Readonly<Record<Sign, readonly RegExp[]>> = {
  context_length: [
    /context[ _-]?(length|window|size|limit)|contextwindow|maximum context|max_context/i,
    /(prompt|inputs?|messages?|conversation|request)\b[^.\n]{0,80}(too (long|large|big)\b(?! a )|longer than|exceed(s|ed)?\b[^.\n]{0,60}(token|context|length|characters))/i,
    /too[ _]many[ _](input[ _]|prompt[ _]|total[ _]|text )*(tokens|bytes)/i,
    /maximum (number of |allowed )*(input |prompt |total )*tokens\b|max(imum)?[ _](prompt|input|model|sequence)[ _]len(gth)?/i,
    /tokens?[ _](count|limit|length)[^.\n]{0,60}exceed|exceed(s|ed|ing)?\b[^.\n]{0,60}(token limit|max(imum)? length|tokens allowed|total tokens)/i,
    /model token limit|max_(prompt|input)_tokens|with maximum length \d{6,}/i,
    /reduce (the |your )?(length|size|number) of|(shorten|reduce|trim) (the |your )?(prompt|input|message)|shorter prompt/i,
    /range of input length|tokens to keep from the initial prompt|keep the first \d+ tokens/i,
    /must have less than \d+ tokens|`?inputs`? tokens \+ `?max_new_tokens/i,
    /(?:输入|上下文|提示|长度|prompt)[^\n]{0,20}(?:超|过长)|超出[^\n]{0,10}(?:上下文|长度)/i,
  ],
  too_large: [
    /(request|payload|entity|body)[ _]?(payload[ _]?)?(size )?(is )?(too[ _]large|exceeds the (maximum|limit|max))/i,
    /must be reduced in order to run|request too large for model/i,
  ],
  content_filter: [
    /content[ _-]?(filter|policy|management|moderation|safety)|contentfilter|content_policy|prohibited_content|moderation/i,
    /flagged|(usage|safety|acceptable[ _]use)[ _](guidelines|polic(y|ies))|safety[ _](check|system|filter|settings|reasons|setting)/i,
    /violat(e|es|ed|ion|ions|ing|es our)\b[^.\n]{0,80}(polic(y|ies)|guidelines|rules|usage)/i,
    /(prompt|content|input|output|request|response|message)s?\b[^.\n]{0,60}(blocked|rejected|refused)\b[^.\n]{0,60}(safety|polic|harm|risk|sensitive|prohibited|inappropriate)/i,
    /(inappropriate|sensitive|unsafe|harmful|prohibited|disallowed|high[ -]risk)\b[^.\n]{0,20}(content|input|output|material|data|text)|content exists risk|considered high risk/i,
    /data_?inspection_?failed|responsibleaipolicy|(new|input|output)_sensitive|guardrail[^.\n]{0,40}(block|interven|violat)/i,
    /敏感|不安全|违规|风险/,
  ],
  // Not "billing" nor "current quota" alone: ordinary rate limits of OpenAI and Google speak of both.
  quota: [
    /insufficient[ _-]?(\w{1,30} )?(quota|balance|credit|credits|funds|fund)|(?<!no )\bcredits? (balance|limit)|out of credits?|not enough (credit|balance|funds)/i,
    /billing_(hard_limit|not_active)|(spend(ing)?|budget|billing|api usage)[ _](hard[ _])?limits?\b[^.\n]{0,40}(reached|exceeded)|(reached|exceeded) (your|its|the)\b[^.\n]{0,40}(spend|credit|budget|api usage|monthly)[^.\n]{0,20}limit/i,
    /(used all|exhausted)[^.\n]{0,40}credits?|(requires|purchase) more credits|(doesn't|does not|don't|do not) have (any |enough )?credits|no credits (left|remaining|yet)|add (more )?credits to continue|can only afford/i,
    /exceeded_current_quota|payment[ _]required|in arrears|arrearage|overdue|past due|recharge|top[ -]?up your/i,
    /余额不足|欠费|额度/,
  ],
  auth: [
    /api[ _-]?key[^.\n]{0,40}\b(not valid|invalid|not found|expired|revoked|disabled|blocked|leaked|suspended|incorrect|missing|required|deactivated|not (provided|set|passed))/i,
    /\b(invalid|incorrect|expired|missing|wrong|bad|unknown|revoked|malformed|no|provide an?|valid|use)\b[^.\n]{0,25}(api[ _-]?key|api[ _-]?token|subscription key|access[ _-]?(key|token)|auth(entication|orization)? (header|token|credentials?))/i,
    /api[ _]?key[ _]?(invalid|expired)|invalid[ _-]?api[ _-]?key|authentication[ _]?(error|fail|required|fails|failed)|unauthenticated|invalid[ _]authentication|\bunauthorized\b|not authenticated|unregistered callers/i,
    /api[ _-]?key\b[^.\n]{0,40}\b(does not|doesn't|lacks?|without|insufficient|no)\b[^.\n]{0,30}\b(permissions?|scopes?)\b(?![^.\n]{0,60}\b(model|deployment|region|country|location)s?\b)|(missing|insufficient)\b[^.\n]{0,20}\bscopes?\b/i,
    /(account|organi[sz]ation|workspace|consumer|subscription)\b[^.\n]{0,60}(suspended|deactivated|disabled|banned|terminated|inactive|not active)/i,
  ],
  model: [
    /(access|permission|allowed|authori[sz]ed|entitled|enabled|verified|subscribed|available|supported|permitted)\b[^.\n]{0,60}\b(model|deployment|endpoint|resource|sample|region|country|territory|location)/i,
    /\b(model|deployment|resource)\b[^\n]{0,100}(not (be )?(available|allowed|enabled|supported|permitted|accessible|found|exist)|access|permission|gated|restricted|forbidden|denied|entitled|blocked|region|tier|plan)/i,
    /\b(country|region|territory|location)\b[^.\n]{0,60}(not |un)(supported|available|allowed)|unsupported_(country|region)|model_(not_found|access|permission)|(data|privacy) policy|no endpoints|no allowed providers|permission_?denied_?model/i,
  ],
  rate_limited: [
    /rate[ _-]?limit|too[ _]many[ _]requests|throttl|tokens per (min|minute|day)|requests per (min|minute|second|day)|resource_exhausted|toomanyrequests/i,
  ],
  malformed: [
    /tool_use_failed|malformed[ _]?(function|tool)[ _]?call|output_parse_failed|json_validate_failed/i,
    /fail(ed|ure)? (to|in) (call|pars|generat|decod)\w*[^.\n]{0,30}(function|tool)|(error|failed) (in )?pars(e|ing)[^.\n]{0,30}(tool|function)[ _]?call|tool call validation failed/i,
    /(model|llm)\b[^.\n]{0,30}(generated|produced|returned|output)[^.\n]{0,40}(invalid|malformed|unparsable|unparseable|incorrect)|invalid (tool|function) call (generated|returned|from the model)/i,
    /(could not|cannot|unable to) parse[^.\n]{0,40}(tool|function|model'?s? output|generated)/i,
  ],
};

/** What a sign that is no code of its own stands for. */
const CODES: Readonly<Record<Sign, ProviderErrorCode>> = {
  context_length: "context_length",
  too_large: "context_length",
  content_filter: "content_filter",
  quota: "quota",
  auth: "auth",
  model: "bad_request",
  rate_limited: "rate_limited",
  malformed: "malformed",
};

/** Which code a status is without words, and which signs are believed under it, the first that fits. */
interface Row {
  readonly code: ProviderErrorCode;
  readonly signs: readonly Sign[];
}

const BROKEN: Row = { code: "server", signs: ["context_length", "malformed"] };
const REFUSED: Row = {
  code: "bad_request",
  signs: ["malformed", "context_length", "too_large", "quota", "auth", "content_filter", "rate_limited"],
};
/** Of the key, the account, the prompt or the model: what it does not say is guessed to be the key. */
const FORBIDDEN: Row = {
  code: "auth",
  signs: ["quota", "auth", "content_filter", "context_length", "rate_limited", "model"],
};
const BUSY: Row = { code: "server", signs: [] };

const BY_STATUS: ReadonlyMap<number, Row> = new Map([
  [401, { code: "auth", signs: ["quota"] }],
  [402, { code: "quota", signs: [] }],
  [403, FORBIDDEN],
  [407, { code: "setup", signs: [] }],
  [408, BUSY],
  [409, BUSY],
  [413, { code: "context_length", signs: ["quota", "auth"] }],
  [425, BUSY],
  [429, { code: "rate_limited", signs: ["quota", "too_large"] }],
  [498, BUSY],
  [499, BUSY],
]);

/** Without a status, as in the middle of a stream, every sign counts; what has none may pass. */
const UNNUMBERED: Row = {
  code: "server",
  signs: ["malformed", "context_length", "too_large", "quota", "auth", "content_filter", "rate_limited"],
};

/** What an answer with this status and these words is about; null: it has no status, as in the middle of a stream. */
export function errorKind(status: number | null, words: string): ErrorKind {
  const { code, signs } = rowOf(status);
  const sign = signs.find((each) => SIGNS[each].some((pattern) => pattern.test(words)));
  if (sign === "quota" && isOfAMoment(words)) return { code: "rate_limited", isGuess: false };
  if (sign !== undefined) return { code: CODES[sign], isGuess: false };
  if (status === null && /invalid_(request|prompt)/.test(words)) {
    return { code: "bad_request", isGuess: false };
  }
  return { code, isGuess: status === 403 };
}

/** What is free again by itself, whatever it is called beside that. */
const SHORT_LIMIT =
  /concurren|simultaneous|parallel (request|call)|per[ _-]?(sec|min)|\b[rt]p[ms]\b|request rate|rate of requests|too[ _-]?many[ _-]?requests|并发|每(秒|分)|频率/i;
/** What may be a limit of a day or of money. */
const COUNTED_LIMIT =
  /per[ _-]?(hour|day)|daily|hourly|\b[rt]pd\b|\b(request|token|call)s?\b|rate[ _-]?limit|每(小?时|天|日)|请求/i;
const MONEY =
  /credit|balance|billing|\bplan\b|\bfunds?\b|\bpaid\b|payment|arrear|recharge|top[ -]?up|spen[dt]|budget|purchase|subscription|余额|欠费|充值/i;

/** Whether words that say "quota" speak of a limit on requests and not of an account without money. */
function isOfAMoment(words: string): boolean {
  return SHORT_LIMIT.test(words) || (COUNTED_LIMIT.test(words) && !MONEY.test(words));
}

function rowOf(status: number | null): Row {
  if (status === null) return UNNUMBERED;
  return BY_STATUS.get(status) ?? (status >= 500 ? BROKEN : REFUSED);
}
