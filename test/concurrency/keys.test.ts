import { describe, expect, test } from 'vitest'
import { type Bank, useBank } from '../support/bank.js'
import { answerOf, endOf, newKey, opening, submissionOf, together, transferOf } from '../support/commands.js'
import { racingLanes } from '../support/faults.js'
import { countOf } from './rounds.js'

const openBank = useBank()

/** One bank through two processes' worth of connections and queues, whose transactions race each other. */
async function openTwice(): Promise<[Bank, Bank]> {
  const bank = await openBank()
  await bank.open('alice')
  await bank.open('bob')
  await bank.fund('alice', '1000.00')
  return [bank.elsewhere(racingLanes), bank.elsewhere(racingLanes)]
}

const hundred = Array.from({ length: 100 }, (_, at) => at)

describe('a hundred submissions of one key', () => {
  test('make one entry and a hundred identical answers, ninety-nine of them replayed', async () => {
    const [here, there] = await openTwice()
    const key = newKey()
    const transfer = transferOf({ from: 'alice', to: 'bob', amount: '10.00' })
    const outcomes = await Promise.all(
      hundred.map((at) => (at % 2 === 0 ? here : there).submit(transfer, key)),
    )
    expect(countOf(outcomes.map(endOf))).toEqual({ accepted: 1, 'accepted, replayed': 99 })
    expect(new Set(outcomes.map((outcome) => JSON.stringify(answerOf(outcome)))).size).toBe(1)
    expect((await here.balance('bob')).posted).toBe('10.00')
    await here.expectBooksInOrder()
  })

  test('are rejected once and ninety-nine times replayed, with one answer', async () => {
    const [here, there] = await openTwice()
    const key = newKey()
    const transfer = transferOf({ from: 'bob', to: 'alice', amount: '10.00' })
    const outcomes = await Promise.all(
      hundred.map((at) => (at % 2 === 0 ? here : there).submit(transfer, key)),
    )
    expect(countOf(outcomes.map(endOf))).toEqual({
      insufficient_funds: 1,
      'insufficient_funds, replayed': 99,
    })
    expect(new Set(outcomes.map((outcome) => JSON.stringify(answerOf(outcome)))).size).toBe(1)
    await here.expectBooksInOrder()
  })

  test('open one account, although nothing is locked that is not there yet', async () => {
    const [here, there] = await openTwice()
    const key = newKey()
    const outcomes = await Promise.all(
      hundred.map((at) => (at % 2 === 0 ? here : there).submit(opening(undefined), key)),
    )
    expect(countOf(outcomes.map(endOf))).toEqual({ accepted: 1, 'accepted, replayed': 99 })
    expect(new Set(outcomes.map((outcome) => answerOf(outcome).accountId)).size).toBe(1)
    await here.expectBooksInOrder()
  })

  test('by single call, in batches and in groups are still one', async () => {
    const [here, there] = await openTwice()
    const transfer = transferOf({ from: 'alice', to: 'bob', amount: '10.00' })
    const submission = submissionOf(transfer)
    const one = { submissions: [submission], broken: false }
    const outcomes = await Promise.all([
      ...hundred.slice(0, 20).map(() => here.send(submission).then((outcome) => [outcome])),
      ...hundred.slice(0, 20).map(() => there.batch([one, one])),
      ...hundred.slice(0, 20).map(() => here.batch([together(submission, submissionOf(transfer))])),
    ])
    const ofKey = outcomes.map(([outcome]) => endOf(outcome as never))
    expect(countOf(ofKey)).toEqual({ accepted: 1, 'accepted, replayed': 59 })
    expect((await here.balance('bob')).posted).toBe('210.00')
    await here.expectBooksInOrder()
  })

  test('with two contents: the first wins, and the other never happened', async () => {
    const [here, there] = await openTwice()
    const key = newKey()
    const outcomes = await Promise.all(
      hundred.map(async (at) => {
        const amount = at % 3 === 0 ? '1.00' : '2.00'
        const outcome = await (at % 2 === 0 ? here : there).transfer({
          from: 'alice',
          to: 'bob',
          amount,
          key,
        })
        return `${amount} ${endOf(outcome)}`
      }),
    )
    const counts = countOf(outcomes)
    const [won, lost] = counts['1.00 accepted'] === 1 ? ['1.00', '2.00'] : ['2.00', '1.00']
    const [wins, losses] = won === '1.00' ? [34, 66] : [66, 34]
    expect(counts).toEqual({
      [`${won} accepted`]: 1,
      [`${won} accepted, replayed`]: wins - 1,
      [`${lost} key_reused`]: losses,
    })
    expect((await here.balance('bob')).posted).toBe(won)
    await here.expectBooksInOrder()
  })
})

describe('a hundred debits of 60 against a balance of 100', () => {
  test.each(['racing', 'queued'])('let exactly one through: %s', async (how) => {
    const bank = await openBank()
    await bank.open('alice')
    await bank.open('bob')
    await bank.fund('alice', '100.00')
    const lanes = how === 'racing' ? racingLanes : undefined
    const [here, there] = [bank.elsewhere(lanes), bank.elsewhere(lanes)]
    const outcomes = await Promise.all(
      hundred.map((at) =>
        (at % 2 === 0 ? here : there).transfer({ from: 'alice', to: 'bob', amount: '60.00' }),
      ),
    )
    expect(countOf(outcomes.map(endOf))).toEqual({ accepted: 1, insufficient_funds: 99 })
    expect((await bank.balance('alice')).posted).toBe('40.00')
    await bank.expectBooksInOrder()
  })
})
