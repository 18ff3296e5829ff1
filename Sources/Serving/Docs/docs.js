"use strict";

// Shows /openapi.json, and sends requests. Text from the document or a response only ever becomes text nodes.
const main = document.querySelector("main");

function element(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "class") node.className = value; else node.setAttribute(key, value);
  }
  node.append(...children.filter((child) => child !== null));
  return node;
}

function resolve(schema, api) {
  if (!schema || !schema.$ref) return schema || {};
  return schema.$ref.split("/").slice(1).reduce((part, name) => part[name], api);
}

function typeText(schema) {
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(", ");
  if ("const" in schema) return JSON.stringify(schema.const);
  const types = [].concat(schema.type || "any");
  // The first type is the usual one; booleans and text are taken, too.
  return types[0] + (schema.format ? ` (${schema.format})` : "");
}

function otherTypes(schema) {
  const types = [].concat(schema.type || []).slice(1);
  return types.length > 0 ? "or " + types.join(", ") : "";
}

function objectSchema(schema, api) {
  const found = resolve(schema, api);
  for (const choice of found.anyOf || []) {
    const object = objectSchema(choice, api);
    if (object) return object;
  }
  return found.properties ? found : null;
}

function table(headings, rows) {
  return element("div", { class: "scroll" },
    element("table", {},
      element("thead", {}, element("tr", {}, ...headings.map((text) => element("th", { scope: "col" }, text)))),
      element("tbody", {}, ...rows.map((cells) => element("tr", {}, ...cells.map((cell) => element("td", {}, cell)))))));
}

function fields(schema) {
  const required = schema.required || [];
  return table(["Field", "Type", "Meaning"], Object.entries(schema.properties).map(([name, property]) => [
    element("code", {}, name),
    element("span", {}, typeText(property), " ",
      element("span", { class: "hint" }, [otherTypes(property), required.includes(name) ? "" : "optional"].filter(Boolean).join("; "))),
    property.description || "",
  ]));
}

function responses(operation) {
  return table(["Status", "Body", "When"], Object.entries(operation.responses).map(([status, response]) => [
    element("code", {}, status), element("span", {}, Object.keys(response.content || { none: 0 }).join(", ")), response.description,
  ]));
}

function pretty(text, type) {
  if (!type.includes("json")) return text;
  try { return JSON.stringify(JSON.parse(text), null, 2); } catch { return text; }
}

// Numbers stay as they were sent: JSON.parse would round those beyond 53 bits.
function shown(text, type) {
  return /\d{16,}/.test(text) ? text : pretty(text, type);
}

// Beside this page, so that a prefix which a proxy puts before all paths stays.
function address(path) {
  return new URL("." + path, location.href).href;
}

function curl(path, body) {
  const quoted = (text) => "'" + text.replaceAll("'", "'\\''") + "'";
  const url = address(path);
  if (body === null) return `curl ${quoted(url)}`;
  return `curl ${quoted(url)} -H 'Content-Type: application/json' \\\n  -d ${quoted(body)}`;
}

function tryOut(method, path, operation, id) {
  const content = operation.requestBody && operation.requestBody.content["application/json"];
  const examples = content ? Object.values(content.examples) : [];
  const area = content ? element("textarea", { id: `${id}-body`, spellcheck: "false", autocomplete: "off" }) : null;
  if (area) area.value = JSON.stringify(examples[0].value, null, 2);
  const output = element("div", { role: "status", "aria-live": "polite" });
  const send = element("button", { type: "submit", class: "send" }, "Send request");
  const copy = element("button", { type: "button" }, "Copy as curl");
  const form = element("form", {}, element("h3", {}, "Try it"));
  if (examples.length > 1) {
    const select = element("select", { id: `${id}-example` },
      ...examples.map((example, index) => element("option", { value: index }, example.summary)));
    select.addEventListener("change", () => { area.value = JSON.stringify(examples[select.value].value, null, 2); });
    form.append(element("label", { for: `${id}-example` }, "Example"), select);
  }
  if (area) form.append(element("label", { for: `${id}-body` }, "Body"), area);
  form.append(element("div", { class: "row" }, send, copy,
    area ? element("span", { class: "hint" }, element("kbd", {}, "Ctrl"), " + ", element("kbd", {}, "Enter"), " in the body sends it") : null), output);

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    send.disabled = true;
    const start = performance.now();
    try {
      const options = { method, cache: "no-store" };
      if (area) Object.assign(options, { body: area.value, headers: { "Content-Type": "application/json" } });
      const response = await fetch(address(path), options);
      const text = await response.text();
      const milliseconds = (performance.now() - start).toFixed(1);
      const type = response.headers.get("content-type") || "";
      output.replaceChildren(
        element("div", { class: "row" },
          element("span", { class: "status " + (response.ok ? "good" : "bad") }, `${response.status} ${response.statusText}`),
          element("span", { class: "hint" }, `${milliseconds} ms, ${type}`)),
        element("pre", { tabindex: "0", "aria-label": "Body of the response" }, shown(text, type)));
    } catch (error) {
      output.replaceChildren(element("p", { class: "status bad" }, `No response: ${error.message}`));
    } finally {
      send.disabled = false;
    }
  });
  if (area) {
    area.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); form.requestSubmit(); }
    });
  }
  copy.addEventListener("click", async () => {
    const text = curl(path, area ? area.value : null);
    try {
      await navigator.clipboard.writeText(text);
      copy.textContent = "Copied";
      setTimeout(() => { copy.textContent = "Copy as curl"; }, 1500);
    } catch {
      // Without a secure context there is no clipboard: it can be copied from here.
      output.replaceChildren(element("pre", { tabindex: "0" }, text));
    }
  });
  return form;
}

function operationView(path, method, operation, api) {
  const name = method.toUpperCase();
  const body = operation.requestBody && objectSchema(operation.requestBody.content["application/json"].schema, api);
  const details = element("details", { id: operation.operationId },
    element("summary", {}, element("span", { class: `method ${method}` }, name), element("code", {}, path), element("span", {}, operation.summary)),
    element("div", { class: "body" },
      element("p", {}, operation.description),
      ...(body ? [element("h3", {}, "Body"), fields(body)] : []),
      tryOut(name, path, operation, operation.operationId),
      element("h3", {}, "Responses"), responses(operation)));
  if (method === "post" && path === "/predict" || location.hash === "#" + operation.operationId) details.open = true;
  return details;
}

function show(api) {
  document.title = `${api.info.title} ${api.info.version}`;
  main.replaceChildren(
    element("h1", {}, api.info.title, element("small", {}, api.info.version)),
    element("p", {}, `${api.info.summary} ${api.info.description}`),
    element("p", { class: "hint" }, "OpenAPI 3.1: ", element("a", { href: "openapi.json" }, "openapi.json")));
  for (const tag of api.tags) {
    main.append(element("h2", {}, tag.name, element("small", {}, tag.description)));
    for (const [path, item] of Object.entries(api.paths)) {
      for (const [method, operation] of Object.entries(item)) {
        if (method !== "head" && operation.tags.includes(tag.name)) main.append(operationView(path, method, operation, api));
      }
    }
  }
}

fetch("openapi.json").then((response) => response.json()).then(show).catch((error) => {
  main.replaceChildren(element("p", { class: "bad", role: "alert" }, `openapi.json cannot be read: ${error.message}`));
});
