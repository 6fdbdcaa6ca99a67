// Whenever the incident moves on, take its part of the page anew. What the reader has in focus stays in focus.
"use strict"

const live = document.getElementById("live")
const connection = document.getElementById("connection")
let renewing = false
let moved = false

async function renew() {
  const answer = await fetch(location.href, { redirect: "error" })
  if (answer.status === 403 || answer.status === 404) return location.reload()
  if (!answer.ok) throw new Error(answer.statusText)
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("live")
  const focused = document.activeElement?.closest("#live [id]")?.id
  live.replaceChildren(...fresh.childNodes)
  live.dataset.seen = fresh.dataset.seen
  if (focused) document.getElementById(focused)?.querySelector("a")?.focus()
}

async function follow() {
  moved = true
  if (renewing) return
  renewing = true
  try {
    while (moved) {
      moved = false
      await renew()
    }
  } catch {
    connection.textContent = "Not connected. What you see may be old."
  } finally {
    renewing = false
  }
}

const source = new EventSource(live.dataset.live)
source.addEventListener("open", () => { connection.textContent = "Live: this page follows the incident." })
source.addEventListener("error", () => { connection.textContent = "Not connected. What you see may be old." })
source.addEventListener("moved", (event) => { if (event.data !== live.dataset.seen) follow() })
source.addEventListener("gone", () => { source.close(); location.reload() })
