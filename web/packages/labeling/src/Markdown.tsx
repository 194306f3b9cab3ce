/** Instructions as their author wrote them, without anything that could reach beyond this server. */

import ReactMarkdown from "react-markdown";

/** Pictures come from this server alone: one from elsewhere would tell its owner who is working, and when. */
const isOurs = (url: string): boolean => {
  try {
    return new URL(url, location.href).origin === location.origin;
  } catch {
    return false;
  }
};

export default function Markdown({ children }: { children: string }) {
  return (
    <div className="prose text-3">
      <ReactMarkdown
        components={{
          a: ({ href, children: text }) => (
            <a href={href} target="_blank" rel="noopener noreferrer">
              {text}
            </a>
          ),
          img: ({ src, alt }) => (typeof src === "string" && isOurs(src) ? <img src={src} alt={alt ?? ""} /> : <em>{alt}</em>),
        }}
      >
        {children}
      </ReactMarkdown>
    </div>
  );
}
