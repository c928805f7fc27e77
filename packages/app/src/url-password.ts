/** The password in a PostgreSQL URL, before the host or among the parameters, where it would win. */
export function passwordIn(url: string): string | undefined {
  // libpq allows a URL without a host, URL does not: any name stands in for it.
  const { password, searchParams } = new URL(url.replace(/(@|:\/\/)(?=[/?]|$)/, '$1localhost'))
  return searchParams.get('password') ?? (decodeURIComponent(password) || undefined)
}
