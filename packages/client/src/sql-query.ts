/** As node-postgres has it: a pool, a client or a transaction of the caller's own database. */
export type SqlQuery = (
  text: string,
  values: readonly unknown[],
) => Promise<{ readonly rows: readonly Record<string, unknown>[]; readonly rowCount: number | null }>

/** A table's name, with its schema, as it may stand in a statement. Fails with what is no plain name. */
export function tableName(name: string): string {
  if (!/^[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)?$/.test(name))
    throw new Error(`${name} is not the plain name of a table.`)
  return name
}
