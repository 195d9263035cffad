import { formatTime } from '../../core/wire-time.ts'
import type { InventorySource, InventoryUser } from '../inventory.ts'
import { NOT_FOUND, type Resource } from './resource.ts'
import type { TerminalRow } from './terminals.ts'

interface Person {
  readonly id: string
  readonly name: string
  readonly username: string
  readonly email: string
  readonly role: 'Admin' | 'User' | 'App'
  readonly role_display: string
  readonly created_at: number
  readonly otp_level: 0 | 1
}

const FAR = Date.UTC(2089, 10, 3, 10)

/** All fields of core's user object; the ones that standalone does not know have core's defaults. */
const personReply = ({ id, name, username, email, role, role_display, created_at, otp_level }: Person) => ({
  id,
  name,
  username,
  email,
  groups: [],
  groups_display: '',
  role,
  role_display,
  wechat: '',
  phone: null,
  otp_level,
  comment: '',
  source: 'local',
  source_display: 'Local',
  is_valid: true,
  is_expired: false,
  is_active: true,
  created_by: 'Administrator',
  is_first_login: false,
  date_password_last_updated: formatTime(created_at),
  date_expired: formatTime(FAR),
  avatar_url: '/static/img/avatar/user.png',
})

/** A user as core tells it; never with password or keys. */
export const userReply = ({ id, name, username, admin, totpSecret }: InventoryUser) =>
  personReply({
    id,
    name,
    username,
    email: `${username}@standalone.local`,
    role: admin ? 'Admin' : 'User',
    role_display: admin ? 'Administrator' : 'User',
    created_at: 0,
    otp_level: totpSecret ? 1 : 0,
  })

const serviceAccountReply = ({ userId, name, createdAt }: TerminalRow) =>
  personReply({
    id: userId,
    name,
    username: name,
    email: `${name}@serviceaccount.local`,
    role: 'App',
    role_display: 'Application',
    created_at: createdAt,
    otp_level: 0,
  })

/** Who am I, and who is that. */
export const peopleResources = (inventory: InventorySource): readonly Resource[] => [
  {
    path: '/api/users/v1/profile/',
    access: 'authenticated',
    methods: {
      GET: ({ caller }) => ({
        status: 200,
        body: caller.kind === 'terminal' ? serviceAccountReply(caller.terminal) : userReply(caller.user),
      }),
    },
  },
  {
    path: '/api/users/v1/users/:user/',
    access: 'terminal',
    methods: {
      GET: ({ params }) => {
        const user = inventory.current.users.get(params['user'] ?? '')
        return user ? { status: 200, body: userReply(user) } : NOT_FOUND
      },
    },
  },
]
