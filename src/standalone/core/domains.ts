import { randomInt } from 'node:crypto'
import { formatTime } from '../../core/wire-time.ts'
import type { InventoryDomain, InventoryGateway, InventorySource } from '../inventory.ts'
import { FORBIDDEN, NOT_FOUND, type Resource } from './resource.ts'

const gatewayReply = (gateway: InventoryGateway, domain: InventoryDomain) => ({
  id: gateway.id,
  name: gateway.name,
  ip: gateway.ip,
  port: gateway.port,
  protocol: 'ssh',
  username: gateway.username,
  domain: domain.id,
  is_active: true,
  date_created: formatTime(0),
  date_updated: formatTime(0),
  created_by: 'Administrator',
  comment: '',
  org_id: '',
  org_name: 'DEFAULT',
  password: gateway.password?.reveal() ?? null,
  private_key: gateway.privateKey?.reveal() ?? null,
  public_key: null,
})

const domainReply = (domain: InventoryDomain) => ({
  id: domain.id,
  name: domain.name,
  comment: '',
  date_created: formatTime(0),
  org_id: '',
  org_name: 'DEFAULT',
  gateways: domain.gateways.map((gateway) => gatewayReply(gateway, domain)),
})

/** Gateways with their secrets: all of a domain, or one that leads to an asset. */
export const domainResources = (inventory: InventorySource): readonly Resource[] => [
  {
    path: '/api/assets/v1/domain/:domain/',
    access: 'terminal',
    methods: {
      GET: ({ params, query }) => {
        // Without it core shows the domain to administrators only.
        if (query.get('gateway') !== '1') return FORBIDDEN
        const domain = inventory.current.domains.get(params['domain'] ?? '')
        return domain ? { status: 200, body: domainReply(domain) } : NOT_FOUND
      },
    },
  },
  {
    path: '/api/assets/v1/assets/:asset/gateway/',
    access: 'terminal',
    methods: {
      GET: ({ params }) => {
        const asset = inventory.current.assets.get(params['asset'] ?? '')
        if (!asset) return NOT_FOUND
        const domain = inventory.current.domains.get(asset.domain ?? '')
        const gateway = domain?.gateways[randomInt(domain.gateways.length)]
        if (!domain || !gateway) return { status: 404, body: { msg: 'Not have gateway' } }
        return { status: 200, body: gatewayReply(gateway, domain) }
      },
    },
  },
]
