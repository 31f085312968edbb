/**
 * Where the server's files lie and whom it runs as. Postgres refuses to run as root, so root gives its files to `nobody`;
 * that user can use a folder only when it can enter every folder above.
 */
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readlinkSync,
  realpathSync,
  rmSync,
  type Stats,
  statSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { postgresError } from './errors.ts'
import { maximumSocketPath } from './limits.ts'

/** Whom the server runs as; undefined: as this process does. */
export type ServerUser = { readonly uid: number; readonly gid: number } | undefined

export type Place = {
  /** Holds `data`, `server.log` and the claim; mode 0700. */
  readonly folder: string
  readonly user: ServerUser
}

/** `nobody` of every Linux distribution. */
const nobody = { uid: 65534, gid: 65534 }

/** Outlives a restart of the machine, unlike /tmp, and every user can enter it. */
const openFolder = '/var/tmp'

/** Where sockets go, in order of preference. */
const socketParents = [tmpdir(), '/tmp', openFolder]

/** In the data folder, when the data had to go elsewhere: a symbolic link to where they are. */
const elsewhere = 'elsewhere'

export function serverUser(): ServerUser {
  return process.getuid?.() === 0 ? nobody : undefined
}

/**
 * Makes `folder` ready for the server. When the server's user cannot enter it (a data folder below root's home, say),
 * the files go to a new folder in /var/tmp, and `folder/elsewhere` links to it: removing `folder` begins anew.
 * @throws postgres.data-missing
 */
export function preparePlace(folder: string): Place {
  const user = serverUser()
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const real = realpathSync(folder)
  const link = linkTarget(join(real, elsewhere))
  if (link !== undefined) {
    if (!existsSync(link)) throw postgresError('data-missing', { folder: real, place: link })
    return { folder: give(link, user), user }
  }
  if (canEnter(dirname(real), user)) return { folder: give(real, user), user }
  const place = mkdtempSync(join(openFolder, 'commonroot-'))
  symlinkSync(place, join(real, elsewhere))
  return { folder: give(place, user), user }
}

/** A new folder for the socket: its path is short, and only the server's user (and root) can enter it. @throws postgres.no-socket-place */
export function makeSocketFolder(user: ServerUser, parents: readonly string[] = socketParents): string {
  for (const parent of parents) {
    if (!existsSync(parent) || !canEnter(realpathSync(parent), user)) continue
    const folder = mkdtempSync(join(parent, 'commonroot-'))
    if (Buffer.byteLength(socketPath(folder)) <= maximumSocketPath) return give(folder, user)
    rmSync(folder, { recursive: true })
  }
  throw postgresError('no-socket-place')
}

/** The file that a server on port 5432 makes in its socket folder. */
export function socketPath(socketFolder: string): string {
  return join(socketFolder, '.s.PGSQL.5432')
}

/** True when `user` can enter `folder` and all folders above it. Access lists beyond the mode bits are not considered. */
export function canEnter(folder: string, user: ServerUser): boolean {
  if (user === undefined) return true
  for (let path = resolve(folder); ; path = dirname(path)) {
    if (!allows(statSync(path), user, 1)) return false
    if (path === dirname(path)) return true
  }
}

/** True when the mode bits grant `wanted` (4 read, 2 write, 1 execute) to `user`. */
export function allows(file: Stats, user: NonNullable<ServerUser>, wanted: number): boolean {
  const shift = file.uid === user.uid ? 6 : file.gid === user.gid ? 3 : 0
  return ((file.mode >> shift) & wanted) === wanted
}

/** Makes a folder the server's alone. */
export function give(folder: string, user: ServerUser): string {
  if (user !== undefined) chownSync(folder, user.uid, user.gid)
  chmodSync(folder, 0o700)
  return folder
}

function linkTarget(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch {
    return undefined
  }
}
