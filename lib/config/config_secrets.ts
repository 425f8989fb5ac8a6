import { isOrdinary } from "../support/ordinary_value.ts";
import { namesAPlace } from "../support/names_a_place.ts";
import type { KnownSecret } from "../support/redact.ts";
import { isSecretName } from "../support/secret_names.ts";
import { secretsOfUrls } from "../support/url_secrets.ts";
import { isMap } from "./schema_keys.ts";

/** Maps whose values are for servers and programs: one that looks like a key is taken for one, whatever its name. */
export const SECRET_MAPS: readonly string[] = ["headers", "env"];
/** Settings whose values are names of variables. */
const NAMES_OF_VARIABLES = /_env$/;
/** Names of settings that are not secret though they stand among secrets. */
const SETTING_NAME =
  /(?:^|_)(?:url|uri|host(?:name)?|port|models?|region|zone|name|user(?:name)?|e?mail|id|env|mode|level|version|lang|tz|path|dir|file|home|editor|pager|shell|timeout|endpoint|provider|debug|database|db|org(?:anization)?|project|proxy|address|domain|log|opt(?:ion)?s|args|flags)$/i;
/** Without a space, with a letter and a digit. */
const LOOKS_RANDOM = /^(?=\S*\d)(?=\S*[A-Za-z])\S{16,}$/;

/**
 * The secrets of a variable. `isKept`: it stands in .env, which is for secrets: any value there counts that is neither a
 * place, an address, an ordinary word nor a setting by its name.
 */
export function secretsOfVariable(name: string, value: string, isKept: boolean): KnownSecret[] {
  const inUrl = secretsOfUrls(value).map((each) => ({ name, value: each }));
  if (inUrl.length > 0 || namesAPlace(name, value)) return inUrl;
  return isSecretName(name) || isKept && isKeptSecret(name, value) ? schemes(name, value) : [];
}

function isKeptSecret(name: string, value: string): boolean {
  return !SETTING_NAME.test(name) && !isOrdinary(value) && !/^~?[\\/]|^\w+:\/\//.test(value);
}

/** The secrets that are written in a configuration, wherever they stand. */
export function secretsOfConfig(value: unknown, keys: readonly string[] = []): KnownSecret[] {
  const name = keys.at(-1) ?? "";
  if (typeof value === "string") {
    return secretsOfSetting(name, value, SECRET_MAPS.includes(keys.at(-2) ?? ""));
  }
  if (Array.isArray(value)) {
    return [...value.flatMap((item) => secretsOfConfig(item, keys)), ...ofArguments(value)];
  }
  if (!isMap(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => secretsOfConfig(item, [...keys, key]));
}

function secretsOfSetting(name: string, value: string, isGiven: boolean): KnownSecret[] {
  const inUrl = secretsOfUrls(value).map((each) => ({ name: "password", value: each }));
  if (inUrl.length > 0 || namesAPlace(name, value) || NAMES_OF_VARIABLES.test(name)) return inUrl;
  const looksSecret = isGiven && LOOKS_RANDOM.test(bareKey(value)) && isKeptSecret(name, value);
  return isSecretName(name) || looksSecret ? schemes(name, value) : [];
}

/** `--api-key KEY` and `--token=KEY` of a program. */
function ofArguments(items: readonly unknown[]): KnownSecret[] {
  return items.flatMap((item, index) => {
    const [, name = "", given] = /^--?([\w-]+)(?:=(.*))?$/s.exec(typeof item === "string" ? item : "") ?? [];
    const value = given ?? items[index + 1];
    return isSecretName(name) && typeof value === "string" ? schemes(name, value) : [];
  });
}

/** `Bearer KEY` and the like. */
const SCHEME = /^(Bearer|Basic|Token|ApiKey|Key) +(\S+)$/i;

/** What a value is without the word before it that says what it is. */
function bareKey(value: string): string {
  return SCHEME.exec(value)?.[2] ?? value;
}

/** Of `Bearer KEY` the key is the secret, of `Basic …` and `user:password` the password, too, of cookies each value. */
function schemes(name: string, value: string): KnownSecret[] {
  const [, scheme = "", rest = ""] = SCHEME.exec(value) ?? [];
  const login = scheme.toLowerCase() === "basic" ? atobOrEmpty(rest) : "";
  const [, password = ""] = /^[^\s:]+:(\S+)$/.exec(login === "" ? value : login) ?? [];
  const cookies = [...value.matchAll(/(?:^|;\s*)[\w.-]+=([^;\s]+)(?=;|$)/g)].map(([, cookie = ""]) => cookie);
  const parts = [
    rest === "" ? value : rest,
    login,
    ...[password, ...cookies].filter((part) => !isOrdinary(part)),
  ];
  return parts.filter((each) => each !== "").map((each) => ({ name, value: each }));
}

function atobOrEmpty(text: string): string {
  try {
    return atob(text);
  } catch {
    return "";
  }
}
