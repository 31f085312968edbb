/**
 * Where the main thread of a process spent its time: `node bench/profile.ts FILE.cpuprofile CERTIFICATES`. A profile is
 * written by Node under `--cpu-prof`; see `docs/performance.md`.
 */
import { readFileSync } from 'node:fs'

/** What code belongs to, by its path; the first that fits. */
const parts: readonly (readonly [string, RegExp])[] = [
  ['decode', /\/(pki\/certificate|src\/codec|pki\/voucher)\//],
  ['verify', /\/src\/crypto\/(?!portable\/digest)/],
  ['tree', /\/(src\/state\/|src\/chain\/trees)/],
  ['Postgres client', /\/(src\/store|node_modules\/postgres)\//],
  [
    'HTTP',
    /\/(api|node_modules\/(fastify|@fastify|find-my-way|light-my-request|fast-json-stringify|avvio|ajv|typebox))\//,
  ],
  ['engine', /\/src\/(engine|light)\//],
  ['rules', /\/(src\/(host|chain|node|module|governance|errors)|pki\/contract)\//],
]

type Profile = {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: { readonly functionName: string; readonly url: string }
    readonly children?: readonly number[]
  }[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

/** Microseconds of each part. What Node or a package does for a part counts to the part that called it. */
export function timeOfParts(profile: Profile): ReadonlyMap<string, number> {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]))
  const places = new Map<number, string>()
  const place = (id: number, caller: string): void => {
    const node = nodes.get(id)
    if (node === undefined) return
    const { functionName, url } = node.callFrame
    const own = parts.find(([, path]) => path.test(url))?.[0]
    const name = /^\((garbage collector|idle|program)\)$/.test(functionName)
      ? functionName.slice(1, -1)
      : (own ?? caller)
    places.set(id, name)
    for (const child of node.children ?? []) place(child, name)
  }
  const [root] = profile.nodes
  if (root !== undefined) place(root.id, 'Node')
  const times = new Map<string, number>()
  for (const [index, id] of profile.samples.entries()) {
    const name = places.get(id) ?? 'Node'
    times.set(name, (times.get(name) ?? 0) + (profile.timeDeltas[index] ?? 0))
  }
  return times
}

if (import.meta.main) {
  const [file, certificates = '1'] = process.argv.slice(2)
  if (file === undefined) throw new TypeError('node bench/profile.ts FILE.cpuprofile CERTIFICATES')
  const profile: Profile = JSON.parse(readFileSync(file, 'utf8'))
  for (const [name, time] of [...timeOfParts(profile)].sort(([, a], [, b]) => b - a)) {
    console.log(`${name.padEnd(18)}${(time / Number(certificates)).toFixed(1).padStart(8)} µs`)
  }
}
