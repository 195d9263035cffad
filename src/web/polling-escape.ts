/**
 * Clients of socket.io 1.x (luna 1.5.2) encode the UTF-8 of polling answers twice and drop the connection at the first
 * character that is not ASCII. What stands in a packet is JSON, so its own escape says the same to every client.
 */
export function escapeForPolling(
  { protocol, transport }: { readonly protocol: number; readonly transport: { readonly name: string } },
  packet: { data?: unknown },
): void {
  if (protocol !== 3 || transport.name !== 'polling' || typeof packet.data !== 'string') return
  packet.data = packet.data.replace(
    /[^\x00-\x7f]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
