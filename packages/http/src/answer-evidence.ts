import { z } from 'zod'
import { count } from './answer-schemas.js'
import * as fields from './command-schemas.js'

const base64 = z.string().meta({ description: 'Base64.' })
const note = z.string().meta({
  description: 'A signed note (c2sp.org/signed-note, Ed25519): origin, number of entries, root.',
})
const instant = z.string().meta({ format: 'date-time' })

export const checkpoint = z
  .object({ treeSize: count, rootHash: base64, madeAt: instant, checkpoint: note })
  .meta({ id: 'Checkpoint' })

export const checkpointKeys = z
  .object({
    key: z
      .string()
      .meta({ description: 'Of the last checkpoint: name, key id and key, with plus signs between.' }),
    earlier: z.array(z.string()).meta({ description: 'What earlier checkpoints were signed with.' }),
  })
  .meta({ id: 'CheckpointKeys' })

export const consistencyProof = z
  .object({ from: count, to: count, hashes: z.array(base64) })
  .meta({ id: 'ConsistencyProof' })

const evidence = z
  .object({
    schema: z.literal('plinth.entry/1'),
    tenantId: z.string(),
    journalEntryId: z.string().meta({ format: 'uuid' }),
    entryNo: count,
    kind: z.string(),
    transactionCode: z.string(),
    bookingDate: fields.date,
    valueDate: fields.date,
    postedAt: instant,
    reverses: z.string().optional(),
    lines: z.array(base64),
    details: base64,
  })
  .meta({ id: 'Evidence', description: 'The leaf is SHA-256(0x00 ‖ canonical JSON (RFC 8785) of this).' })

export const entryProof = z
  .object({
    evidence,
    openings: z.array(
      z.object({
        part: z.string().meta({ example: 'lines/0' }),
        salt: base64,
        value: z.looseObject({}).meta({
          description: 'SHA-256(salt ‖ canonical JSON of this) is what the evidence has for the part.',
        }),
      }),
    ),
    erased: z.array(z.literal('details')).optional().meta({
      description:
        'What nobody can open any more: the details were erased, and their salt destroyed. The evidence keeps what they were committed to, so the proof stands.',
    }),
    leafIndex: count,
    treeSize: count,
    hashes: z.array(base64).meta({ description: 'From the leaf up (RFC 9162).' }),
    checkpoint: note,
  })
  .meta({ id: 'EntryProof' })

const amount = z.string().meta({ example: '1234.50' })
const sums = { creditBalances: amount, debitBalances: amount }
const balancesNote = z.string().meta({
  description:
    'A signed note (c2sp.org/signed-note, Ed25519): origin, day, and for each currency: accounts, credit balances, debit balances, root.',
})

export const balanceProof = z
  .object({
    schema: z.literal('plinth.balance/1'),
    tenantId: z.string(),
    businessDate: fields.date,
    accountId: z.string(),
    currency: z.string(),
    creditBalance: amount.meta({ description: 'What the bank owes the customer.' }),
    debitBalance: amount.meta({ description: 'What the customer owes the bank.' }),
    shares: z
      .array(
        z.object({
          share: count,
          salt: base64,
          creditBalance: amount,
          debitBalance: amount,
          leafIndex: count,
          path: z
            .array(z.object({ hash: base64, ...sums }))
            .meta({ description: 'The nodes beside the way from the leaf up.' }),
        }),
      )
      .meta({ description: 'Both parts of the balance, a leaf each.' }),
    treeSize: count,
    note: balancesNote,
  })
  .meta({ id: 'BalanceProof' })

export const customerBalances = z
  .object({
    businessDate: fields.date,
    totals: z.array(z.object({ currency: z.string(), accounts: count, ...sums, rootHash: base64 })),
    madeAt: instant,
    note: balancesNote,
  })
  .meta({ id: 'CustomerBalances' })
