/** Something about the embedded PostgreSQL that a person has to put right; the message says what and how. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError'
}
