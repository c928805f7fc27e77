// An operator who closes a day in a process of their own and dies by SIGKILL in the n-th transaction or right behind it:
//   node test/eod/dying-operator.mjs URL TENANT DATE inside|behind N
// It runs the compiled modules: these tests start it dozens of times.
import { randomUUID } from 'node:crypto'
import { openDatabase } from '@plinth/db'
import { openEod } from '@plinth/eod'
import { currenciesWith } from '@plinth/kernel'
import { glExtractStep } from '@plinth/reconciliation'
import { readTenant } from '@plinth/tenancy'

const [url, tenantId, date, place, at] = process.argv.slice(2)
const strictRoles = process.env.PLINTH_STRICT_ROLES === '1'
const database = openDatabase({ url, applicationName: 'dying operator', strictRoles })
let transactions = 0

function die() {
  process.kill(process.pid, 'SIGKILL')
  // The signal is on its way; nothing must happen before it arrives.
  for (;;);
}

const mortal = {
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

const tenant = await database.read(tenantId, readTenant)
const books = { tenant, currencies: currenciesWith({ GOLD: 4 }) }
const sizes = { load: 2, entries: 10 }
const engine = openEod({
  ...{ database: mortal, newId: randomUUID, owner: 'the one who died', sizes },
  behindTotals: [glExtractStep],
})
const operator = { subject: 'mortal', roles: [], correlationId: 'night', causationId: undefined }
// At full speed: how often it looks for others hangs on the clock, and transactions are counted here.
await (await engine.begin(books, { operator, date, fullSpeed: true })).finish()
await database.close()
