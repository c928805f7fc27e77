import type { GlType } from '@plinth/account'
import { type GlCode, prevailing, type Rejection, reject } from '@plinth/kernel'
import type { SettingsChange } from '@plinth/tenancy'
import type { Book } from './book.js'

type Named = Exclude<keyof NonNullable<SettingsChange['foreignExchange']>, 'rateDaysMax'>

const inTheBalanceSheet: readonly GlType[] = ['asset', 'liability']
const glTypesOf: Readonly<Record<Named, readonly GlType[]>> = {
  positionGlCode: inTheBalanceSheet,
  counterValueGlCode: inTheBalanceSheet,
  gainGlCode: ['income', 'expense'],
  lossGlCode: ['income', 'expense'],
}

/** What is wrong with the GL accounts that a change of the settings names for other currencies. */
export function faultOfExchange(
  { glAccounts }: Book,
  { foreignExchange }: SettingsChange,
): Rejection | undefined {
  if (!foreignExchange) return undefined
  let fault: Rejection | undefined
  for (const name of Object.keys(glTypesOf) as Named[]) {
    const code = foreignExchange[name] as GlCode
    const found = glAccounts.get(code)
    if (found === undefined) {
      fault = prevailing(
        fault,
        reject('gl_account_not_found', `There is no GL account ${code}, for ${name}.`),
      )
      continue
    }
    const wanted = glTypesOf[name]
    if (found.postable && wanted.includes(found.type)) continue
    const what = found.postable ? `of type ${found.type}, not ${wanted.join(' or ')}` : 'a heading'
    const detail = `GL account ${code}, for ${name}, is ${what}.`
    fault = prevailing(fault, reject('condition_failed', detail, { condition: `foreignExchange.${name}` }))
  }
  return fault
}
