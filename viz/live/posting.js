// In a notebook: passes messages on to the page of a film, from the first on, as soon as it asks for them.
(name, message) => {
  const films = (window.seegradFilms ??= {});
  if (!films[name]) {
    const film = (films[name] = { messages: [], page: null });
    addEventListener("message", ({ source, data }) => {
      if (!data || data.seegrad !== name || data.ask !== true) return;
      film.page = source;
      for (const each of film.messages) source.postMessage(each, "*");
    });
  }
  if (message) {
    films[name].messages.push(message);
    films[name].page?.postMessage(message, "*");
  }
}
