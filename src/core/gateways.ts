import { Secret } from '../base/secret.ts'
import { type CoreAnswer, hasField, parseBody, reasonIn, refusal } from './answer.ts'
import { CoreError } from './core-error.ts'
import type { Asset, Gateway } from './model.ts'
import type { AccessKey } from './sign.ts'
import type { Core } from './transport.ts'
import { DomainWire, GatewayWire } from './wire.ts'

/**
 * The gateways of an asset's domain with their secrets, in no order (GET /api/assets/v1/domain/<id>/?gateway=1). None
 * without a domain. Throws CoreError where core does not show the domain: that is no leave to go directly.
 */
export async function gatewaysOf(
  { core, key }: { core: Core; key: AccessKey },
  asset: Asset,
  signal: AbortSignal,
): Promise<readonly Gateway[]> {
  if (asset.domain === null) return []
  const answer = await core.send(
    {
      step: 'fetch gateways',
      method: 'GET',
      path: `/api/assets/v1/domain/${encodeURIComponent(asset.domain)}/`,
      query: { gateway: 1 },
      auth: { kind: 'key', key },
      retries: 2,
    },
    signal,
  )
  if (answer.status !== 200) throw domainRefused(answer, asset)
  return parseBody(DomainWire, answer).gateways.flatMap(toGateway)
}

/** Protocols other than SSH exist, more will come; what is not understood is no way. */
function toGateway(item: unknown): Gateway[] {
  const parsed = GatewayWire.safeParse(item)
  if (!parsed.success || parsed.data.protocol !== 'ssh' || parsed.data.is_active === false) return []
  const { id, name, ip, port, username, password, private_key } = parsed.data
  return [
    {
      ...{ id, name, ip, port, username },
      password: password ? new Secret(password) : undefined,
      privateKey: private_key ? new Secret(private_key) : undefined,
    },
  ]
}

/** A 403 or 404 is about the domain: a refused access key shows in the verdict, which is asked at the same time. */
function domainRefused(answer: CoreAnswer, asset: Asset): CoreError {
  const { status, body, step } = answer
  const isDomain = (status === 404 && answer.knownUrl) || (status === 403 && hasField(body, 'detail'))
  if (!isDomain) return refusal(answer)
  return new CoreError(
    status === 404 ? 'CORE_MISSING' : 'CORE_REFUSED',
    status === 404 ? 'missing' : 'refused',
    {
      step,
      status,
      message: `core does not show the domain of ${asset.hostname}: ${reasonIn(body)}`,
      next: 'look at the domain of this asset in Jumpserver',
      facts: { asset: asset.hostname },
    },
  )
}
