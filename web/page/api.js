// The server's JSON. Every failure is an Error whose message an operator understands.

class Api {
  static kPatience = 10_000;

  // `query`: names and values; '', 0, null and undefined are left out, arrays are repeated.
  async get(path, query = {}) {
    const params = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) {
      for (const each of [value].flat()) {
        if (each !== '' && each !== 0 && each !== null && each !== undefined)
          params.append(name, each);
      }
    }
    const asked = params.toString();
    const target = asked === '' ? path : `${path}?${asked}`;
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), Api.kPatience);
    try {
      const response =
          await fetch(target, {signal: late.signal, cache: 'no-store', credentials: 'same-origin'});
      const body = await response.text();
      if (!response.ok) throw new ApiError(response.status, body);
      return JSON.parse(body);
    } catch (error) {
      if (error instanceof ApiError) throw error;
      if (late.signal.aborted) throw new Error(`no answer within ${Api.kPatience / 1000} s`);
      if (error instanceof SyntaxError) throw new Error(`the answer is no JSON: ${error.message}`);
      throw new Error('the server cannot be reached');
    } finally {
      clearTimeout(timer);
    }
  }
}

// The server answered, and said why not.
class ApiError extends Error {
  constructor(status, body) {
    const reason = body.trim().split('\n')[0].slice(0, 300);
    super(`the server answers ${status}${reason === '' ? '' : `: ${reason}`}`);
    this.status = status;
  }
}
