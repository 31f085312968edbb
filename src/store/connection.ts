/** Connections to Postgres: how a URL is read, how values travel, and what a failure means. */

import postgres from 'postgres'
import { CommonrootError } from '../errors/index.ts'
import { storeError } from './errors.ts'
import { answerSlack, connectTimeout, maximumReconnectPause } from './limits.ts'

/** Values as they travel in Postgres' text form. Lists have types of their own: it saves asking each server for its array types. */
const types = {
  bigint: postgres.BigInt,
  bytes: {
    to: 17,
    from: [17],
    serialize: hexForm,
    parse: (text: string) => Uint8Array.fromHex(text.slice(2)),
  },
  bytesList: {
    to: 1001,
    from: [1001],
    serialize: (list: readonly (Uint8Array | null)[]) =>
      `{${list.map((bytes) => (bytes === null ? 'NULL' : `"\\${hexForm(bytes)}"`)).join(',')}}`,
    parse: (): readonly (Uint8Array | null)[] => neverRead(),
  },
  integerList: {
    to: 1007,
    from: [1007],
    serialize: (list: readonly number[]) => `{${list.join(',')}}`,
    parse: (): readonly number[] => neverRead(),
  },
} satisfies Record<string, postgres.PostgresType>

export type Sql = ReturnType<typeof connect>

export type ConnectionSettings = {
  /** `postgres://` or `postgresql://`, as libpq reads it; `?host=/folder` names the folder of a Unix socket. */
  readonly url: string
  /** The Postgres schema that unqualified names mean. */
  readonly schema: string
  readonly connections: number
  /** Milliseconds after which the server cancels a statement. */
  readonly statementTimeout: number
  /** Milliseconds after which the server ends a session that holds a transaction open and does nothing. */
  readonly idleTransactionTimeout?: number
  readonly onClose?: () => void
}

/**
 * Connects on first use, and again whenever a connection was lost: what must not go on under a new one uses a
 * `SingleConnection`. @throws store.connection-url
 */
export function connect(settings: ConnectionSettings) {
  const options = {
    types,
    max: settings.connections,
    fetch_types: false,
    connect_timeout: connectTimeout,
    max_lifetime: null,
    backoff: (attempt: number) => Math.min(0.05 * attempt, maximumReconnectPause),
    onnotice: () => {},
    onclose: () => settings.onClose?.(),
    connection: {
      application_name: 'commonroot',
      search_path: `"${settings.schema}"`,
      synchronous_commit: 'on',
      statement_timeout: settings.statementTimeout,
      idle_in_transaction_session_timeout: settings.idleTransactionTimeout ?? settings.statementTimeout,
    },
  }
  const { socket, url } = readUrl(settings.url)
  return socket === undefined ? postgres(url, options) : postgres({ ...options, ...socket })
}

/**
 * Waits for a query, and no longer than the server's own limit allows: a server that has vanished without a word sends
 * no error. `slack`, in milliseconds like `limit`, is how much longer.
 * @throws store.unavailable, store.refused
 */
export async function answerOf<Rows>(query: PromiseLike<Rows>, limit: number, slack = answerSlack): Promise<Rows> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(storeError('unavailable', { reason: 'no answer in time' })), limit + slack)
  try {
    return await Promise.race([query, late.promise])
  } catch (error) {
    throw translate(error)
  } finally {
    clearTimeout(timer)
  }
}

/** SQLSTATE classes and codes that mean "not now": connection, resources, shutdown, cancelled, system. */
const passing = /^(?:08...|53...|57014|57P0.|58...)$/

function translate(error: unknown): unknown {
  if (error instanceof CommonrootError || !(error instanceof Error)) return error
  if (error instanceof postgres.PostgresError) {
    return passing.test(error.code)
      ? storeError('unavailable', { reason: error.message }, error)
      : storeError('refused', { reason: error.message, state: error.code }, error)
  }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  return /^(?:CONNECT|E[A-Z]+$)/.test(code) ? storeError('unavailable', { reason: code }, error) : error
}

type Socket = { host: string; port: number; user?: string; password?: string; database?: string }

/** The driver knows no Unix sockets in URLs, libpq does. The URL holds a password: no message shows it. */
function readUrl(text: string): { readonly socket?: Socket; readonly url: string } {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^postgres(?:ql)?:$/.test(url.protocol)) throw storeError('connection-url')
  const host = url.searchParams.get('host')
  if (host === null) {
    if (url.hostname === '') throw storeError('connection-url')
    return { url: text }
  }
  if (!host.startsWith('/') || url.hostname !== '') throw storeError('connection-url')
  const user = url.searchParams.get('user')
  const password = url.searchParams.get('password')
  const database = decodeURIComponent(url.pathname.slice(1))
  return {
    url: text,
    socket: {
      host,
      port: Number(url.searchParams.get('port') ?? 5432),
      ...(user === null ? {} : { user }),
      ...(password === null ? {} : { password }),
      ...(database === '' ? {} : { database }),
    },
  }
}

function hexForm(bytes: Uint8Array): string {
  return `\\x${bytes.toHex()}`
}

function neverRead(): never {
  throw new TypeError('lists are sent, never read')
}
