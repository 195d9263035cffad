import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { onlyTarget, world } from './world.ts'

/** The world with its one asset behind gateways. */
async function behindGateways() {
  const all = await world()
  const off = { ip: '10.9.0.3', is_active: false }
  const domain = all.core.addDomain(
    'dmz',
    { ip: '10.9.0.1', password: 'gate-pw' },
    { ip: '10.9.0.2', protocol: 'rdp' },
    off,
  )
  all.web.domain = domain.id
  return { ...all, domain }
}

test('of the gateways of a domain the active ones for SSH are prepared, and their secrets do not show', async () => {
  await using all = await behindGateways()
  const { gateways } = await all.service.prepare(all.user, await onlyTarget(all))
  expect(gateways.map(({ ip }) => ip)).toEqual(['10.9.0.1'])
  expect(gateways[0]?.password?.reveal()).toBe('gate-pw')
  expect(inspect(gateways, { depth: 9 }) + JSON.stringify(gateways)).not.toContain('gate-pw')
})

test('without a domain no gateways are asked for', async () => {
  await using all = await world()
  expect((await all.service.prepare(all.user, await onlyTarget(all))).gateways).toEqual([])
  expect(all.core.journal.of('GET', '/domain/')).toEqual([])
})

test('a domain core does not know refuses the connection by name: it is never made directly', async () => {
  await using all = await behindGateways()
  const target = await onlyTarget(all)
  all.core.state.domains.clear()
  await expect(all.service.prepare(all.user, target)).rejects.toMatchObject({
    code: 'CORE_MISSING',
    facts: { asset: 'web-01' },
  })
})

test('a domain core does not show refuses the connection, and is no fault of the access key', async () => {
  await using all = await behindGateways()
  const target = await onlyTarget(all)
  // Core shows gateways to terminals; to what else it says 403 as it does without `gateway=1`.
  for (const domain of all.core.state.domains.values()) domain.hidden = true
  await expect(all.service.prepare(all.user, target)).rejects.toMatchObject({
    code: 'CORE_REFUSED',
    kind: 'refused',
    status: 403,
  })
})

test('nothing is prepared while the gateways do not come', async () => {
  await using all = await behindGateways()
  const target = await onlyTarget(all)
  all.core.fail('500', { path: /domain/ })
  await expect(all.service.prepare(all.user, target)).rejects.toMatchObject({ kind: 'unavailable' })
})

test('gateways are asked anew for each connection', async () => {
  await using all = await behindGateways()
  const target = await onlyTarget(all)
  await all.service.prepare(all.user, target)
  all.domain.gateways = []
  expect((await all.service.prepare(all.user, target)).gateways).toEqual([])
})
