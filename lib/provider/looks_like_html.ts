/** Whether a text is a web page, or another kind of markup. */
export function looksLikeHtml(text: string): boolean {
  return /^[\s\uFEFF]*<(!doctype|!--|\?xml|[a-z][\w-]*[\s/>])/i.test(text);
}
