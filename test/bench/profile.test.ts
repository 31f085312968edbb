import { describe, expect, it } from 'vitest'
import { timeOfParts } from '../../bench/profile.ts'

const frame = (functionName: string, url = '') => ({ functionName, url })

describe('a profile', () => {
  it('counts what Node does to the part that called it, and apart what no part called', () => {
    const profile = {
      nodes: [
        { id: 1, callFrame: frame('(root)'), children: [2, 5, 6] },
        { id: 2, callFrame: frame('updateTree', 'file:///checkout/src/state/tree.ts'), children: [3] },
        { id: 3, callFrame: frame('sha256', 'file:///checkout/src/crypto/portable/digest.ts'), children: [4] },
        { id: 4, callFrame: frame('hash', 'node:internal/crypto/hash') },
        { id: 5, callFrame: frame('(idle)') },
        { id: 6, callFrame: frame('listOnTimeout', 'node:internal/timers') },
      ],
      samples: [2, 3, 4, 5, 6],
      timeDeltas: [1, 10, 100, 1_000, 10_000],
    }
    expect(Object.fromEntries(timeOfParts(profile))).toEqual({ tree: 111, idle: 1_000, Node: 10_000 })
  })
})
