export interface Store {
  append(): Promise<void>
}
