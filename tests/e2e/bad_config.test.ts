import { endToEnd } from "../support/end_to_end.ts";
import { assertOneMessage } from "../support/one_message.ts";

/** A config.yaml that cannot be used, and what must be said of it. */
const CASES: readonly {
  readonly claim: string;
  readonly config: string;
  readonly says: readonly (string | RegExp)[];
}[] = [
  {
    claim: "broken YAML",
    config: "model:\n  provider: openai\n  default: [gpt\nbudget: {}\n",
    says: ["config.yaml", /line [34]|:[34]\b/],
  },
  {
    claim: "a tab in the indentation",
    config: "model:\n\tprovider: openai\n",
    says: ["config.yaml", /line 2|:2\b/],
  },
  {
    claim: "a wrong type",
    config: "delegation:\n  max_concurrent_children: ten\n",
    says: ["config.yaml", /line 2|:2\b/, "delegation.max_concurrent_children"],
  },
  {
    claim: "a value that is not allowed",
    config: "approvals:\n  timeout: 10\n  mode: sometimes\n",
    says: ["config.yaml", /line 3|:3\b/, "approvals.mode", "dangerous"],
  },
  {
    claim: "a list where a map belongs",
    config: "- model\n- provider\n",
    says: ["config.yaml"],
  },
  {
    claim: "an unknown provider",
    config: "model: {provider: opnai, default: gpt-5.1}\n",
    says: ['"opnai"', "openai", "offline"],
  },
];

for (const { claim, config, says } of CASES) {
  endToEnd(`answers ${claim} in config.yaml with exit code 78`, async (hermes) => {
    hermes.configure(config);
    assertOneMessage(await hermes.run(["chat", "-Q", "-q", "hi"]), { code: 78, says });
  });
}

endToEnd("without a provider names the ways out and exits 78", async (hermes) => {
  const finished = await hermes.run(["chat", "-Q", "-q", "hi"]);
  assertOneMessage(finished, { code: 78, says: ["OPENAI_API_KEY", "--offline"] });
});

endToEnd("without the key of the provider names the variable and exits 78", async (hermes) => {
  hermes.configure({
    model: { provider: "mine", default: "m" },
    providers: { mine: { base_url: "http://127.0.0.1:9/v1", key_env: "MY_OWN_KEY" } },
  });
  const finished = await hermes.run(["chat", "-Q", "-q", "hi"]);
  assertOneMessage(finished, { code: 78, says: ["MY_OWN_KEY", "mine"] });
});

endToEnd("delegate without a provider exits 78 as well", async (hermes) => {
  assertOneMessage(await hermes.run(["delegate", "-Q", "hi"]), { code: 78, says: ["--offline"] });
});

for (const args of [["chat", "-q", "hi"], ["delegate", "hi"], ["delegate", "--async", "hi"]]) {
  endToEnd(`refuses to ${args.join(" ")} where a sandbox is demanded and there is none`, async (hermes) => {
    hermes.configure({ terminal: { sandbox: "on" } });
    const finished = await hermes.run([...args, "--offline", "-Q"]);
    assertOneMessage(finished, { code: 78, says: ["terminal.sandbox is on", "config.yaml"] });
  });
}
