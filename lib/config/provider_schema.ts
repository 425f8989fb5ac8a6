import * as z from "zod/mini";
import { APIS } from "../protocol/dialect.ts";
import { key, section, text } from "./schema_types.ts";
import { flag, optionalCount, optionalText, stringMap, texts } from "./schema_values.ts";

const URL_BEGIN = /^https?:\/\/\S+$/;
/** `http://host:99999` looks like a URL and is none. */
const address = z.string().check(
  z.regex(URL_BEGIN, { error: "expected an http or https URL" }),
  z.refine((text) => !URL_BEGIN.test(text) || URL.canParse(text), {
    error: "expected a URL with a host and a port that can be, up to 65535",
  }),
);

const limits = {
  requests_per_minute: key(
    optionalCount,
    null,
    "Requests that may start in a minute; null: no limit of ours",
  ),
  tokens_per_minute: key(
    optionalCount,
    null,
    "Tokens that may be asked for in a minute; null: no limit of ours",
  ),
  concurrency: key(
    optionalCount,
    null,
    "Requests under way at once; null: found out from the server's answers",
  ),
};

/** One endpoint, of `providers`. */
export const providerSchema = z.object({
  base_url: key(z.nullable(address), null, "Where it answers, without the path of an operation"),
  key_env: key(
    z.union([text(), texts]),
    "none",
    "Variable that has the key: a name, [names] that take turns, or none",
  ),
  api_key: key(optionalText, null, "The key itself; better kept in .env"),
  api: key(
    z.enum(["auto", ...APIS]),
    "chat",
    "Wire format: chat (completions), responses, messages (Anthropic), or auto: found out",
  ),
  output_limit_field: key(text(), "max_tokens", "Name of the request field that limits the answer"),
  assistant_after_tools: key(
    flag,
    false,
    "Put a message of the model between tool results and yours; learned where it is needed",
  ),
  headers: key(stringMap, {}, "Extra headers of every request"),
  limits: section(limits, "Limits that you know of; the server's own are learned"),
});
