import { randomBytes } from 'node:crypto'
import pg from 'pg'

/** Makes an empty database on the administrator's server, hands its URL to `work`, and drops it afterwards. */
export async function withScratchDatabase<T>(
  adminUrl: string,
  prefix: string,
  work: (url: string) => Promise<T>,
): Promise<T> {
  const name = `${prefix}_${randomBytes(4).toString('hex')}`
  const url = new URL(adminUrl)
  url.pathname = `/${name}`
  await asAdmin(adminUrl, `create database ${name}`)
  try {
    return await work(url.href)
  } finally {
    await asAdmin(adminUrl, `drop database if exists ${name} with (force)`)
  }
}

async function asAdmin(adminUrl: string, statement: string): Promise<void> {
  const client = new pg.Client(adminUrl)
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
