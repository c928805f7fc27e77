// Wide enough for a table of amounts, and what an old terminal has.
const columnsDefault = 80
// Longer lines are hard to read, however wide the window.
const columnsMax = 100

/** Prints a text under a label, broken into lines that fit, the later ones under the first. */
export function printParagraph(label: string, text: string): void {
  const width = Math.min(process.stdout.columns ?? columnsDefault, columnsMax) - label.length
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] += ` ${word}`
    else lines.push(word)
  }
  const indent = ' '.repeat(label.length)
  for (const [at, line] of lines.entries()) console.log(`${at === 0 ? label : indent}${line}`.trimEnd())
}

/** `1 line`, `2 lines`. */
export const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`

/** Whatever the decimals of its currency. */
export const isZero = (amount: string): boolean => !/[1-9]/.test(amount)

/** An amount with its sign turned. */
export function negated(amount: string): string {
  if (amount.startsWith('-')) return amount.slice(1)
  return isZero(amount) ? amount : `-${amount}`
}
