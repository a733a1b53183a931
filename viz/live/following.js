// In a notebook, while a film is recorded in Python: the page asks for frames, and takes each that comes.

function hear({ source, data }) {
  if (source !== parent || !data || data.seegrad !== task.live || !data.film) return;
  const last = frames.length - 1;
  if (frames[last].state) return; // trained here since then: what goes on in Python is another run
  const looksOn = shown === last; // who has gone back to an earlier frame stays there
  takeFilm(parsed(JSON.stringify(data.film))); // numbers that are not finite come as texts
  if (looksOn) showFrame(frames.length - 1);
  paint();
}

addEventListener("message", hear);
parent.postMessage({ seegrad: task.live, ask: true }, "*");
