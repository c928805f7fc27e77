import type { paths } from './openapi-types.js'

type JsonOf<Answer> = Answer extends { content: { 'application/json': infer Body } } ? Body : never
type AnswersOf<Operation> = Operation extends { responses: infer Answers } ? Answers : never
/** The bodies of all answers that are no problems. */
type ResultOf<Operation> = JsonOf<AnswersOf<Operation>[keyof AnswersOf<Operation>]>
type PostOf<Path extends keyof paths> = Exclude<paths[Path]['post'], undefined>
type GetOf<Path extends keyof paths> = Exclude<paths[Path]['get'], undefined>

type BodyPart<Operation> = Operation extends { requestBody: { content: { 'application/json': infer Body } } }
  ? { readonly body: Body }
  : { readonly body?: undefined }
type IdsPart<Operation> = Operation extends { parameters: { path: infer Ids extends object } }
  ? { readonly ids: Ids }
  : { readonly ids?: undefined }
type QueryPart<Operation> = Operation extends { parameters: { query?: infer Query } }
  ? { readonly query?: Query }
  : { readonly query?: undefined }

/** The calls that are commands: they take an idempotency key, and change the books at most once for it. */
export type CommandPath = {
  [Path in keyof paths]: paths[Path] extends {
    post: { parameters: { header: { 'Idempotency-Key': string } } }
  }
    ? Path
    : never
}[keyof paths]

/** What a command says, its ids in the path apart. */
export type CommandContent<Path extends CommandPath> = BodyPart<PostOf<Path>> & IdsPart<PostOf<Path>>

/** What an accepted command answers. */
export type CommandResult<Path extends CommandPath> = ResultOf<PostOf<Path>>

/** POSTs that are no commands: batches, whose commands have keys of their own, and what operators do. */
export type CallPath = Exclude<
  { [Path in keyof paths]: paths[Path] extends { post: object } ? Path : never }[keyof paths],
  CommandPath
>
export type CallContent<Path extends CallPath> = BodyPart<PostOf<Path>> & IdsPart<PostOf<Path>>
export type CallResult<Path extends CallPath> = ResultOf<PostOf<Path>>

/** What can be read. */
export type ReadPath = Extract<
  { [Path in keyof paths]: paths[Path] extends { get: object } ? Path : never }[keyof paths],
  `/v1/${string}`
>
export type ReadContent<Path extends ReadPath> = IdsPart<GetOf<Path>> & QueryPart<GetOf<Path>>
export type ReadResult<Path extends ReadPath> = ResultOf<GetOf<Path>>

/** Reads that answer page by page. */
export type ListPath = {
  [Path in ReadPath]: ReadResult<Path> extends { data: readonly unknown[]; nextCursor: string | null }
    ? Path
    : never
}[ReadPath]
export type ListItem<Path extends ListPath> =
  ReadResult<Path> extends { data: readonly (infer Item)[] } ? Item : never

/** The path with its ids filled in, and its query. */
export function fill(
  path: string,
  content: { readonly ids?: object | undefined; readonly query?: object | undefined },
): string {
  const ids = new Map(Object.entries(content.ids ?? {}))
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const id = ids.get(name)
    // An empty id or a dot would be another call.
    if (id === undefined || ['', '.', '..'].includes(String(id)))
      throw new TypeError(`${path} needs ${name}.`)
    return encodeURIComponent(String(id))
  })
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(content.query ?? {})) {
    if (value !== undefined) query.append(name, String(value))
  }
  return query.size === 0 ? filled : `${filled}?${query}`
}
