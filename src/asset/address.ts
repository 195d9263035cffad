/** Is this (canonical) address one that always means this machine? */
export const isLoopback = (address: string): boolean =>
  address.startsWith('127.') ||
  address.startsWith('0.') ||
  address === '0:0:0:0:0:0:0:1' ||
  isUnspecified(address)

/** The address that connects to this machine, and on which a listener hears all addresses. */
export const isUnspecified = (address: string): boolean =>
  address === '0.0.0.0' || address === '0:0:0:0:0:0:0:0'

/** Addresses under which clouds tell a machine its secrets: link-local IPv4 as a whole, and the vendors' others. */
export const isCloudMetadata = (address: string): boolean =>
  address.startsWith('169.254.') || METADATA.has(address)

const METADATA: ReadonlySet<string> = new Set([
  '100.100.100.200', // Alibaba Cloud
  '168.63.129.16', // Azure's platform address
  '192.0.0.192', // Oracle Cloud
  'fd00:ec2:0:0:0:0:0:254', // AWS over IPv6
  'fd20:ce:0:0:0:0:0:254', // Google Cloud over IPv6
])
