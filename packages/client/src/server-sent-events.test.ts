import { expect, test } from 'vitest'
import { type ServerSentEvent, serverSentEvents } from './server-sent-events.js'

const text =
  ': hello\n\nid: 7\nevent: e\ndata: {"a":\ndata: "ü"}\n\nid: 8\r\ndata:x\r\n\r\n:heartbeat\n\nid: 9\n\ndata: cut'

/** The text in pieces of so many bytes. */
function inPieces(size: number): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(text)
  return new ReadableStream({
    start(controller) {
      for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size))
      controller.close()
    },
  })
}

test.each([1, 2, 3, 5, 8, 1000])('a stream in pieces of %d bytes has the same messages', async (size) => {
  const messages: ServerSentEvent[] = []
  let heard = 0
  for await (const message of serverSentEvents(inPieces(size), () => heard++)) messages.push(message)
  expect(messages).toEqual([
    { id: '7', data: '{"a":\n"ü"}' },
    { id: '8', data: 'x' },
    { id: '9', data: '' },
  ])
  expect(heard).toBe(Math.ceil(new TextEncoder().encode(text).length / size))
})
