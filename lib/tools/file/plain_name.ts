/** A name or path without what is hard to see in it: composed characters, plain blanks, quotes and hyphens. */
export function plainName(name: string): string {
  return /^[ -~]*$/.test(name) ? name : name.normalize("NFC")
    .replace(/\p{Zs}/gu, " ")
    .replace(/\p{Cf}/gu, "")
    .replace(/[‘’‚‛′]/g, "'")
    .replace(/[“”„‟″]/g, '"')
    .replace(/[\u2010-\u2015\u2212]/g, "-");
}
