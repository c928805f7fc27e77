import { acceptedBody, keepInMemory, openClient, type PlinthClient, type PlinthEvent } from '@plinth/client'
import { beforeAll, describe, expect, test } from 'vitest'
import { useServedBank } from '../client/served-bank.js'
import { type ContractRequest, differences, type Interaction, readContract } from './contract.js'

// The provider's side: a real Plinth is asked what the consumer asks, and answers what the consumer reads.
const contract = readContract()
const openBank = useServedBank()
let operator: PlinthClient

beforeAll(async () => {
  const { url, tokens } = openBank()
  operator = openClient({ url, token: tokens.operator as string, keep: keepInMemory() })
  for (const accountId of [contract.payment.railAccount, contract.payment.suspenseAccount])
    await opened({ accountId, glCode: '1900', unlimited: true })
})

type Opening = Parameters<typeof operator.command<'/v1/accounts'>>[1]['body']
async function opened(account: Omit<Opening, 'name' | 'currency'>): Promise<void> {
  const body = { ...account, name: account.accountId ?? '', currency: contract.payment.currency }
  acceptedBody(await operator.command('/v1/accounts', { body }))
}

let made = 0
/** The interaction of a payment and a payer of its own, so that none meets what another left behind. */
function ofItsOwn<Said extends object>(said: Said): Said {
  const { paymentId, debtorAccount } = contract.payment
  const number = String(++made).padStart(3, '0')
  const text = JSON.stringify(said)
    .replaceAll(paymentId, paymentId.slice(0, -number.length) + number)
    .replaceAll(debtorAccount, `${debtorAccount}-${number}`)
  return JSON.parse(text) as Said
}

const holdRequest = contract.interactions.find(({ step }) => step === 'hold')?.request as ContractRequest

/** Brings about what is given, and answers what the path needs. */
async function bringAbout({
  given,
  hold,
}: {
  given: Interaction['given']
  hold: ContractRequest
}): Promise<string> {
  const { accountId } = hold.body as { accountId: string }
  const { currency, amount } = contract.payment
  await opened({ accountId, glCode: '2110' })
  if (given.includes('funds')) {
    const lines = [
      { accountId: contract.payment.railAccount, side: 'debit' as const, amount, currency },
      { accountId, side: 'credit' as const, amount, currency },
    ]
    acceptedBody(await operator.command('/v1/postings', { body: { transactionCode: 'DEPOSIT', lines } }))
  }
  const held = given.includes('held') ? await ask(hold) : undefined
  if (given.includes('frozen')) {
    const order = { ids: { accountId }, body: { status: 'frozen' as const, reason: 'contract' } }
    acceptedBody(await operator.command('/v1/accounts/{accountId}/status', order))
  }
  return (held?.body as { holdId?: string } | undefined)?.holdId ?? 'none'
}

async function ask({ method, path, key, body }: ContractRequest) {
  const response = await fetch(openBank().url + path, {
    method,
    headers: {
      authorization: `Bearer ${openBank().tokens.payments}`,
      ...(key !== undefined && { 'idempotency-key': key }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const replayed = response.headers.get('idempotency-replayed') === 'true'
  return { status: response.status, replayed, body: (await response.json()) as unknown }
}

describe('Plinth answers the payment service as the contract says', () => {
  test.each(contract.interactions.map((interaction) => [interaction.name, interaction] as const))(
    '%s',
    async (_, said) => {
      const own = ofItsOwn({ said, hold: holdRequest })
      const holdId = await bringAbout({ given: own.said.given, hold: own.hold })
      const path = own.said.request.path.replace('{holdId}', holdId)
      const answered = await ask({ ...own.said.request, path })
      const { status, body, like, replayed = false } = own.said.response
      expect({ status: answered.status, replayed: answered.replayed }).toEqual({ status, replayed })
      expect(differences(answered.body, body, like)).toEqual([])
    },
  )

  test.each(contract.events.map((event) => [event.name, event] as const))('an event: %s', async (_, told) => {
    const cause = contract.interactions.find(({ name }) => name === told.after) as Interaction
    const own = ofItsOwn({ told, cause, hold: holdRequest })
    const holdId = await bringAbout({ given: own.cause.given, hold: own.hold })
    const path = own.cause.request.path.replace('{holdId}', holdId)
    const { body } = await ask({ ...own.cause.request, path })
    const { journalEntryId } = body as { journalEntryId: string }
    const event = await eventAbout(told.event.type, journalEntryId)
    expect(differences(event, own.told.event, own.told.like)).toEqual([])
  })
})

async function eventAbout(type: string, entryId: string): Promise<PlinthEvent> {
  for await (const event of operator.events({ after: 0, types: [type] }))
    if (event.subject === entryId) return event
  throw new Error('the feed ended')
}
