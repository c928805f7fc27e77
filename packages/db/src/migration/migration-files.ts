import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The repository's own migrations; three folders up from here, in `src` as in `dist`. */
export const ownMigrationsDir = fileURLToPath(new URL('../../../../migrations', import.meta.url))

const fileName = /^\d{4}_[a-z0-9_-]+\.sql$/

// node-pg-migrate cuts a file in two at such a comment and would run only a part of it.
const directionComment = /^\s*--[\s-]*(up|down)\s+migration/im

/** The names of all migrations, in order, without `.sql`. Refuses files that would be passed over or cut. */
export async function readMigrationNames(migrationsDir: string): Promise<readonly string[]> {
  const files = (await readdir(migrationsDir)).filter((file) => file.endsWith('.sql')).sort()
  const numbers = new Set<string>()
  for (const file of files) {
    if (!fileName.test(file)) throw new Error(`${file} in ${migrationsDir} is not named NNNN_slug.sql`)
    const number = file.slice(0, 4)
    if (numbers.has(number)) throw new Error(`Two migrations in ${migrationsDir} have the number ${number}`)
    numbers.add(number)
    if (directionComment.test(await readFile(join(migrationsDir, file), 'utf8'))) {
      throw new Error(
        `${file}: a comment may not begin with "up migration" or "down migration"; it splits the file`,
      )
    }
  }
  return files.map((file) => file.slice(0, -'.sql'.length))
}
