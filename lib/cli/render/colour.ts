/** SGR numbers of the colours that we use (ECMA-48, 8.3.117). */
const COLOURS = { red: 31, green: 32, yellow: 33, cyan: 36, dim: 2, bold: 1 } as const;

/** A colour that text can have. */
export type Colour = keyof typeof COLOURS;

/** Colours a text. */
export type Paint = (colour: Colour, text: string) => string;

/** Paints where colour is wanted; else the text stays as it is. */
export function painter(color: boolean): Paint {
  return (colour, text) => color ? `\u001b[${COLOURS[colour]}m${text}\u001b[0m` : text;
}
