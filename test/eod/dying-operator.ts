// An operator who closes a day in a process of their own and dies by SIGKILL in the n-th transaction or right behind it:
//   node --import tsx --conditions=source test/eod/dying-operator.ts URL TENANT DATE inside|behind N
import { type Database, openDatabase } from '@plinth/db'
import type { TenantId } from '@plinth/kernel'
import { invariant } from '@plinth/kernel'
import { readTenant } from '@plinth/tenancy'
import { currencies } from '../support/commands.js'
import { day, eodAt, smallSizes } from './eod-bank.js'

const [url = '', tenant = '', date = '', place, at] = process.argv.slice(2)
const strictRoles = process.env.PLINTH_STRICT_ROLES === '1'
const database = openDatabase({ url, applicationName: 'dying operator', strictRoles })
let transactions = 0

const die = (): never => {
  process.kill(process.pid, 'SIGKILL')
  // The signal is on its way; nothing must happen before it arrives.
  for (;;);
}

const mortal: Database = {
  ...database,
  transaction: async (options, work) => {
    transactions += 1
    const last = transactions === Number(at)
    const result = await database.transaction(options, async (tx) => {
      const done = await work(tx)
      if (last && place === 'inside') die()
      return done
    })
    if (last) die()
    return result
  },
}

const tenantId = tenant as TenantId
const found = await database.read(tenantId, readTenant)
invariant(found !== undefined, 'the bank is there', { tenant })
const eod = eodAt(
  { tenantId, database: mortal, books: { tenant: found, currencies } },
  { sizes: smallSizes, owner: 'the one who died' },
)
await eod.run(day(date))
await database.close()
