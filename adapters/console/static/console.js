// What makes the console nicer than its plain forms: keys, a finder, an overlay of two pictures, uploads with progress.
// Every page works without it. Nothing is fetched from elsewhere, nothing is kept.
"use strict";
(() => {
  const one = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const typing = (element) => element && (element.isContentEditable || /^(TEXTAREA|SELECT)$/.test(element.tagName)
    || (element.tagName === "INPUT" && !/^(checkbox|radio|range|submit|button)$/.test(element.type)));

  // Keys: whatever carries data-key is pressed by its key, what is open is chosen from by number.
  document.addEventListener("keydown", (event) => {
    const finder = one("#finder");
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k" && finder) {
      event.preventDefault();
      finder.showModal();
      one("input", finder).focus();
      return;
    }
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter" && event.target.form) {
      const main = one("button.main", event.target.form);
      if (main) { event.preventDefault(); event.target.form.requestSubmit(main); }
      return;
    }
    if (event.key === "Escape" && typing(event.target)) { event.target.blur(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || one("dialog[open]")) return;
    const open = one("details.act[open]");
    if (open && /^[1-9]$/.test(event.key)) {
      const choice = all("input[name=template]", open)[Number(event.key) - 1];
      if (choice) { event.preventDefault(); choice.click(); choice.focus(); }
      return;
    }
    if (open && event.key === "Enter" && !/^(A|BUTTON|SUMMARY)$/.test(event.target.tagName)) {
      const main = one("button.main", open);
      if (main && main.form) { event.preventDefault(); main.form.requestSubmit(main); }
      return;
    }
    const target = all("[data-key]").find((each) => each.dataset.key === event.key && !each.disabled);
    if (!target) return;
    event.preventDefault();
    if (target.tagName === "SUMMARY") {
      all("details.act[open]").forEach((each) => { if (each !== target.parentElement) each.open = false; });
      target.parentElement.open = true;
      target.parentElement.scrollIntoView({ block: "nearest" });
      target.blur();
    } else if (target.tagName === "INPUT" || target.tagName === "TEXTAREA") target.focus();
    else target.click();
  });

  // One press sends a form once.
  document.addEventListener("submit", (event) => {
    if (event.target.dataset.sent) { event.preventDefault(); return; }
    const unfilled = all("textarea[name=reasons], input[name=template]:checked", event.target).find((field) => /\[[^\]]+\]/.test(field.value));
    if (unfilled) {
      event.preventDefault();
      const warning = one(".unfilled", event.target);
      if (warning) warning.classList.remove("hidden");
      unfilled.focus();
      return;
    }
    event.target.dataset.sent = "yes";
    setTimeout(() => all("button", event.target).forEach((button) => { button.disabled = true; }), 0);
  });
  addEventListener("pageshow", () => all("form[data-sent]").forEach((form) => {
    delete form.dataset.sent;
    all("button", form).forEach((button) => { button.disabled = false; });
  }));

  // A template with placeholders is put into the text, where they can be filled.
  all("input[name=template]").forEach((choice) => choice.addEventListener("change", () => {
    if (!/\[[^\]]+\]/.test(choice.value)) return;
    const text = one("textarea[name=reasons]", choice.form);
    choice.checked = false;
    text.value = (text.value ? text.value + "\n" : "") + choice.value;
    const start = text.value.lastIndexOf("[");
    text.focus();
    text.setSelectionRange(start, text.value.indexOf("]", start) + 1);
  }));

  // Two pictures over each other.
  all("[data-over]").forEach((slider) => {
    const place = document.getElementById(slider.dataset.over);
    const lay = () => place.style.setProperty("--over", slider.value / 100);
    slider.addEventListener("input", lay);
    slider.closest(".overlay").classList.remove("hidden");
    lay();
  });

  // As of: a slider over the instants at which something was recorded. A page of the past knows no later ones; those that this tab
  // has been shown are remembered for the way back.
  all("[data-instants]").forEach((slider) => {
    const told = JSON.parse(slider.dataset.instants), known = JSON.parse(sessionStorage.getItem(location.pathname) || "[]");
    const instants = known.length > told.length ? known : told;
    sessionStorage.setItem(location.pathname, JSON.stringify(instants));
    slider.max = instants.length - 1;
    slider.value = Math.max(told.length - 1, 0);
    const shown = document.getElementById(slider.dataset.shows);
    const field = document.getElementById(slider.dataset.fills);
    const show = () => { field.value = instants[slider.value]; shown.textContent = instants[slider.value].replace("T", " ").replace("Z", " UTC"); };
    slider.addEventListener("input", show);
    slider.addEventListener("change", () => field.form.requestSubmit());
    slider.closest(".as-of").classList.remove("hidden");
    show();
  });

  // Uploads: each file by itself, with its progress and what became of it.
  all("form[data-uploads]").forEach((form) => {
    const zone = one(".drop-zone", form), list = one(".uploads", form), input = one("input[type=file]", form);
    const words = form.dataset;
    const row = (file) => {
      const item = document.createElement("li");
      const name = document.createElement("strong"), bar = document.createElement("progress"), told = document.createElement("span");
      name.textContent = file.name; bar.max = 1; bar.value = 0; bar.setAttribute("aria-label", file.name); told.className = "small quiet";
      item.append(name, " ", told, bar); list.append(item);
      return { item, bar, told };
    };
    const send = (file) => new Promise((resolve) => {
      const { bar, told } = row(file), request = new XMLHttpRequest(), body = new FormData();
      body.append("form_token", one("[name=form_token]", form).value);
      body.append("file", file);
      request.upload.onprogress = (event) => { if (event.lengthComputable) bar.value = event.loaded / event.total * .9; };
      request.onloadend = () => {
        bar.value = 1;
        let answer = {};
        try { answer = JSON.parse(request.responseText); } catch { /* said below */ }
        const refused = (answer.refused || [])[0];
        if (request.status < 300 && !refused) { told.textContent = words.filed; told.className = "badge good"; }
        else { told.textContent = refused ? refused.reasons.map((each) => each.words || each.code).join("; ") : answer.title || words.failed; told.className = "badge bad"; }
        resolve();
      };
      request.open("POST", form.action);
      request.setRequestHeader("X-Requested-With", "console");
      request.send(body);
    });
    const sendAll = async (files) => { for (const file of files) await send(file); one(".reload", form).classList.remove("hidden"); };
    ["dragover", "dragleave", "drop"].forEach((kind) => zone.addEventListener(kind, (event) => {
      event.preventDefault();
      zone.classList.toggle("over-it", kind === "dragover");
      if (kind === "drop") sendAll([...event.dataTransfer.files]);
    }));
    form.addEventListener("submit", (event) => { event.preventDefault(); delete form.dataset.sent; sendAll([...input.files]); input.value = ""; });
  });

  // A page that waits for something asks again by itself.
  const waits = one("[data-refresh]");
  if (waits) setTimeout(() => location.reload(), Number(waits.dataset.refresh) * 1000);

  all("[data-closes]").forEach((button) => button.addEventListener("click", () => button.closest("dialog").close()));
})();
