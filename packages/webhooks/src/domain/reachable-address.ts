import ipaddr from 'ipaddr.js'

export type Network = readonly [ipaddr.IPv4 | ipaddr.IPv6, number]

/** A network in CIDR notation, such as `10.20.0.0/16`; undefined if it is none. */
export function parseNetwork(text: string): Network | undefined {
  return ipaddr.isValidCIDR(text) ? ipaddr.parseCIDR(text) : undefined
}

/** The only part of IPv6 that is given out for the public network. */
const globalUnicast = ipaddr.parseCIDR('2000::/3') as [ipaddr.IPv6, number]

/**
 * Whether events may be sent to an address: one of the public network, or of a network that the operator has named. What
 * leads back inside (private, link-local, loopback, metadata, multicast, IPv4 wrapped in IPv6 …) is not public; what is of no
 * known kind is not either.
 */
export function mayReach(
  address: string,
  { networks, plain }: { networks: readonly Network[]; plain: boolean },
): boolean {
  if (!ipaddr.isValid(address)) return false
  const parsed = ipaddr.parse(address)
  const range = parsed.range()
  // Without TLS nothing leaves the machine.
  if (plain && range !== 'loopback') return false
  if (networks.some(([base, bits]) => base.kind() === parsed.kind() && parsed.match(base as never, bits)))
    return true
  if (range !== 'unicast') return false
  return parsed.kind() === 'ipv4' || (parsed as ipaddr.IPv6).match(globalUnicast)
}
