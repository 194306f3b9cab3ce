import { afterEach, describe, expect, test, vi } from "vitest";
import { ApiError, problemFrom, request, withQuery } from "../src/http";

describe("queries", () => {
  test("leave out what is absent and keep false and zero", () => {
    expect(withQuery("/v1/x", { a: undefined, b: null, c: "", d: false, e: 0, f: "å b" })).toBe(
      "/v1/x?d=false&e=0&f=%C3%A5+b",
    );
    expect(withQuery("/v1/x")).toBe("/v1/x");
  });
});

describe("problem details", () => {
  test("become an error with fields in the request's words", () => {
    const error = problemFrom(
      400,
      JSON.stringify({ code: "invalid", detail: "name: is empty", problems: [{ field: "name", message: "is empty" }], request_id: "r1" }),
    );

    expect(error).toMatchObject({ status: 400, code: "invalid", detail: "name: is empty", requestId: "r1" });
    expect(error.problems).toEqual([{ field: "name", message: "is empty" }]);
    expect(error.transient).toBe(false);
  });

  test.each(["<html>502</html>", "", "null", '"text"', '{"problems":[1,{"field":2}]}'])("survive a body of %j", (text) => {
    const error = problemFrom(502, text);

    expect(error.detail).toBe("The server could not answer. Try again in a moment.");
    expect(error.problems).toEqual([]);
    expect(error.transient).toBe(true);
  });
});

describe("requests", () => {
  afterEach(() => vi.unstubAllGlobals());

  function answerWith(response: Response | Error) {
    const calls: { url: string; init: RequestInit }[] = [];
    vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
      calls.push({ url, init });
      if (response instanceof Error) throw response;
      return response;
    });
    return calls;
  }

  test("that change something carry the header other sites cannot send; those that read do not", async () => {
    const calls = answerWith(new Response(null, { status: 204 }));

    await request("POST", "/v1/x", { body: { a: 1 } });
    await request("GET", "/v1/x");

    expect(new Headers(calls[0]?.init.headers).get("X-Assay-Request")).toBe("1");
    expect(calls[0]?.init.body).toBe('{"a":1}');
    expect(new Headers(calls[1]?.init.headers).get("X-Assay-Request")).toBeNull();
  });

  test("that never arrive are an error of their own", async () => {
    answerWith(new TypeError("failed to fetch"));

    const error = await request("GET", "/v1/x").catch((caught: unknown) => caught);

    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status: 0, code: "unreachable", transient: true });
  });
});
