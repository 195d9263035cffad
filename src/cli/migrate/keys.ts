/** What becomes of one key of coco's or koko's configuration. */
export type Fate =
  | { readonly kind: 'setting'; readonly name: string }
  /** An option for all assets. */
  | { readonly kind: 'option'; readonly name: string }
  /** It needs nothing here, or something else: a sentence for the person. */
  | { readonly kind: 'note'; readonly note: string }

const setting = (name: string): Fate => ({ kind: 'setting', name })
const option = (name: string): Fate => ({ kind: 'option', name })
const note = (text: string): Fate => ({ kind: 'note', note: text })

const FROM_CORE = 'core says it (Settings → Terminal), as before'

/**
 * Keys whose name or meaning is another here. A key that is not in this list and has the name of a setting is that
 * setting; docs/migrate-from-coco.md and docs/migrate-from-koko.md tell both.
 */
export const FATES: Readonly<Record<string, Fate>> = {
  // coco
  SESSION_DIR: note(
    'recordings are in DATA_DIR/sessions, in another format; those of coco stay where they are',
  ),
  SECRET_KEY: note('there is none: what is to be secret is made at random'),
  DEBUG: note('LOG_LEVEL = debug'),
  HEARTBEAT_INTERVAL: note(FROM_CORE),
  REPLAY_STORAGE: note(FROM_CORE),
  COMMAND_STORAGE: note(FROM_CORE),
  ADMINS: note('coco never used it'),
  MAX_CONNECTIONS: note('coco never used it; MAX_UNAUTHENTICATED and MAX_SESSIONS are limits that hold'),
  UPLOAD_FAILED_REPLAY_ON_START: note(
    'what core does not have is always sent, at each start and while it runs',
  ),
  REUSE_CONNECTION: option('reuse'),
  TELNET_REGEX: option('telnet_regex'),
  TELNET_TTYPE: note('the terminal type is that of the person'),
  ENABLE_PROXY_PROTOCOL: note(
    'PROXY_PROTOCOL = yes, together with TRUSTED_PEERS: the addresses of the load balancers. Nobody else is believed',
  ),
  // koko
  ENCRYPT_KEY: note('secrets are in files of their own, readable by the daemon alone'),
  ASSET_LOAD_POLICY: note('lists of any length are read in pages, and searched here'),
  CLIENT_ALIVE_INTERVAL: setting('KEEPALIVE_SECONDS'),
  RETRY_ALIVE_COUNT_MAX: note('three signs of life without an answer end a connection'),
  SSH_MAX_SESSIONS: setting('MAX_SESSIONS'),
  ZIP_MAX_SIZE: note('folders are downloaded by SFTP and in the browser, as they are'),
  ZIP_TMP_PATH: note('nothing is packed on this disk'),
  SHARE_ROOM_TYPE: note('one node knows its own sessions only'),
  REDIS_HOST: note('one node knows its own sessions only'),
  REDIS_PORT: note('one node knows its own sessions only'),
  REDIS_PASSWORD: note('one node knows its own sessions only'),
  REDIS_DB_ROOM: note('one node knows its own sessions only'),
  REDIS_CLUSTERS: note('one node knows its own sessions only'),
  ENABLE_LOCAL_PORT_FORWARD: note(
    'forwarding is an option of an asset: forward, remote_forward (docs/asset-options.md)',
  ),
  ENABLE_REVERSE_PORT_FORWARD: note(
    'forwarding is an option of an asset: forward, remote_forward (docs/asset-options.md)',
  ),
  ENABLE_VSCODE_SUPPORT: note(
    'nothing is to be switched on but forward = asset-loopback for the asset (docs/clients.md)',
  ),
  UPLOAD_FAILED_REPLAY: note('what core does not have is always sent'),
  ROOT_PATH: note('DATA_DIR'),
  ACCESS_KEY_FILE_PATH: setting('ACCESS_KEY_FILE'),
}
