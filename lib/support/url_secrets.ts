import { isSecretName } from "./secret_names.ts";

/** Of a URL: what is before its user and password, these, its path, and its query. */
const URL_PARTS = /(\w:\/\/)(?:([^\s/?#@:"']*)(?::([^\s/@"']*))?@)?([^\s?#"'<>]*)(\?[^\s#"'<>]*)?/g;
const PARAMETER = /([?&;])([^?=&;]+)=([^&;]*)/g;
/** A user of a URL with no password may be a token, and is one when it looks so. */
const TOKEN = /^(?=.*\d)(?=.*[A-Za-z]).{16,}$/;

/** The passwords, tokens and keys in the URLs of a text, as they are written there and as they are meant. */
export function secretsOfUrls(text: string): string[] {
  const found = [...text.matchAll(URL_PARTS)].flatMap(([, , user = "", password, , query = ""]) => [
    ...(password === undefined ? [user].filter((name) => TOKEN.test(name)) : [password]),
    ...[...query.matchAll(PARAMETER)].flatMap(([, , name = "", value = ""]) =>
      isSecretName(name) ? [value] : []
    ),
  ]);
  return [...new Set(found.flatMap((value) => [value, decoded(value)]))].filter((value) => value !== "");
}

/** The text with `hidden` in the place of user and password, and of each secret in the query, of its URLs. */
export function hideUrlSecrets(text: string, hidden: string): string {
  if (!text.includes("://")) return text;
  return text.replace(
    URL_PARTS,
    (_, scheme: string, user?: string, _password?: string, path = "", query = "") => {
      const asked = query.replace(
        PARAMETER,
        (whole: string, mark: string, name: string) =>
          isSecretName(name) ? `${mark}${name}=${hidden}` : whole,
      );
      return `${scheme}${user === undefined ? "" : `${hidden}@`}${path}${asked}`;
    },
  );
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
