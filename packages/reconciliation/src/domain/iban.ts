const form = /^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$/

/** Whether a text is an IBAN in its electronic form: ISO 13616, with the check digits of ISO 7064 MOD 97-10. */
export function isIban(text: string): boolean {
  if (!form.test(text)) return false
  // Letters count from 10: A is 10, Z is 35.
  const digits = [...(text.slice(4) + text.slice(0, 4))].map((each) => Number.parseInt(each, 36)).join('')
  return BigInt(digits) % 97n === 1n
}
