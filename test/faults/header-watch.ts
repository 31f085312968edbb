/** Reads every signed header over HTTP as soon as it is there, and keeps what it saw. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { SupervisedNode } from './supervised-node.ts'

/** Milliseconds between two looks. */
const lookPause = 50

export class HeaderWatch {
  /** The answers as they came, by height. */
  readonly seen = new Map<number, string>()
  readonly #node: SupervisedNode

  constructor(node: SupervisedNode) {
    this.#node = node
  }

  async run(stop: AbortSignal): Promise<void> {
    for (let height = 1; !stop.aborted; ) {
      const text = await readHeader(await this.#node.url(), height).catch(() => undefined)
      if (text === undefined) await sleep(lookPause)
      else this.seen.set(height++, text)
    }
  }

  /** Headers that the node now shows otherwise than before, or not at all. */
  async changed(): Promise<readonly string[]> {
    const url = await this.#node.url()
    const complaints: string[] = []
    for (const [height, before] of this.seen) {
      if ((await readHeader(url, height)) !== before) complaints.push(`the signed header of height ${height} changed`)
    }
    return complaints
  }
}

/** Undefined when there is no such header yet. */
async function readHeader(url: string, height: number): Promise<string | undefined> {
  const response = await fetch(`${url}/v1/headers/${height}`)
  const text = await response.text()
  return response.status === 200 ? text : undefined
}
