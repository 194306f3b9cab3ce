/** A street, drawn: something to mark while a project has no photo yet. */

const WIDTH = 1200;
const HEIGHT = 800;

export async function drawnStreet(): Promise<ImageBitmap> {
  const canvas = document.createElement("canvas");
  canvas.width = WIDTH;
  canvas.height = HEIGHT;
  const context = canvas.getContext("2d")!;
  const fill = (color: string, x: number, y: number, width: number, height: number, radius = 0) => {
    context.fillStyle = color;
    context.beginPath();
    context.roundRect(x, y, width, height, radius);
    context.fill();
  };
  const disc = (color: string, x: number, y: number, radius: number) => {
    context.fillStyle = color;
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.fill();
  };

  const sky = context.createLinearGradient(0, 0, 0, 430);
  sky.addColorStop(0, "#a9c7dd");
  sky.addColorStop(1, "#e7edf0");
  context.fillStyle = sky;
  context.fillRect(0, 0, WIDTH, 430);

  for (const [x, width, top, color] of [
    [0, 210, 120, "#b7a79a"], [210, 160, 190, "#93a1a8"], [370, 230, 80, "#c4b8a6"], [600, 180, 210, "#a08f88"],
    [780, 240, 140, "#9dabaf"], [1020, 180, 100, "#bcab9c"],
  ] as const) {
    fill(color, x, top, width, 430 - top);
    for (let row = top + 30; row < 390; row += 62) {
      for (let column = x + 22; column < x + width - 30; column += 52) fill("#5f7280", column, row, 24, 34, 2);
    }
  }

  fill("#c9c6bf", 0, 430, WIDTH, 90);
  fill("#63676b", 0, 520, WIDTH, 280);
  for (let x = 40; x < WIDTH; x += 190) fill("#dcdcd4", x, 650, 100, 8);

  const car = (x: number, y: number, scale: number, color: string) => {
    const s = (value: number) => value * scale;
    fill(color, x, y + s(34), s(250), s(52), s(14));
    fill(color, x + s(46), y, s(150), s(52), s(22));
    fill("#2f3b44", x + s(60), y + s(9), s(56), s(28), s(6));
    fill("#2f3b44", x + s(126), y + s(9), s(56), s(28), s(6));
    for (const wheel of [58, 194]) {
      disc("#22262a", x + s(wheel), y + s(86), s(24));
      disc("#9aa1a6", x + s(wheel), y + s(86), s(11));
    }
  };
  car(640, 530, 1, "#a3423c");
  car(90, 620, 1.25, "#3f6a8a");
  car(985, 500, 0.7, "#d9d4c6");

  const person = (x: number, y: number, scale: number, coat: string, legs: string) => {
    const s = (value: number) => value * scale;
    disc("#c99c7d", x + s(24), y + s(14), s(14));
    fill(coat, x + s(4), y + s(30), s(40), s(62), s(14));
    fill(legs, x + s(8), y + s(86), s(14), s(62), s(5));
    fill(legs, x + s(27), y + s(86), s(14), s(62), s(5));
  };
  person(450, 384, 1, "#4b5f3a", "#2c3138");
  person(512, 392, 0.92, "#8a3f5a", "#3b4148");
  person(880, 372, 0.8, "#39485c", "#22262a");

  const dog = (x: number, y: number, color: string) => {
    fill(color, x, y + 14, 62, 26, 12);
    disc(color, x + 66, y + 14, 14);
    for (const leg of [6, 18, 42, 54]) fill(color, x + leg, y + 34, 8, 26, 3);
    fill(color, x - 12, y + 6, 18, 7, 3);
  };
  dog(575, 470, "#6d4b32");
  dog(350, 476, "#d8cfc0");

  return createImageBitmap(canvas);
}
